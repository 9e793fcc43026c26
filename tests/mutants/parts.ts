/** Faults of the parts that keep, send and tell: seen on a real PostgreSQL, one of them on a real Temporal server. */
import type { Mutant } from './mutant.ts';

export const PARTS: readonly Mutant[] = [
  {
    name: 'gate-comparison-flipped', breaks: 'A message is claimed for the moment when the law forbids it and put off when it is allowed',
    file: 'src/register/sending/gate.ts', find: "if (decision.decision === 'allow') return { kind: 'allow'", replace: "if (decision.decision !== 'allow') return { kind: 'allow'",
    tests: ['tests/sending/delivery.test.ts'],
  },
  {
    name: 'consent-ignored', breaks: 'A message goes to an address whose consent nobody knows',
    file: 'src/register/sending/gate.ts', find: "point.channels.includes(channel) && point.consent[channel] === 'granted'", replace: 'point.channels.includes(channel)',
    tests: ['tests/sending/delivery.test.ts'], only: 'a message that leaves',
  },
  {
    name: 'begin-without-payment', breaks: 'A payment that came between claim and call is not looked at: who has paid is dunned',
    file: 'src/register/sending/parcel.ts', find: '  const agreement = await loadState(lock.trx, request.agreementId);\n  const due',
    replace: "  const now = await loadState(lock.trx, request.agreementId);\n  const unpaid = now.state.events.filter((event) => event.kind !== 'paymentBooked');\n  const agreement = limit === undefined ? now : { ...now, state: { ...now.state, events: unpaid } };\n  const due",
    tests: ['tests/sending/order.test.ts'], only: 'silences the message',
  },
  {
    name: 'begin-without-law', breaks: 'Hours, quota, consent and stops are looked at when a message is claimed, not when it leaves',
    file: 'src/register/sending/begin.ts', find: "if (verdict.kind !== 'allow' || verdict.point.id !== attempt.contact_point_id) {", replace: "if (verdict.kind !== 'allow' && verdict.rules.length === 0) {",
    tests: ['tests/sending/order.test.ts'], only: 'silences the message',
  },
  {
    name: 'stop-not-held-at-begin', breaks: 'A message begins after the emergency stop has answered',
    file: 'src/register/sending/begin.ts', find: '  await holdStop(lock.trx);\n', replace: '',
    tests: ['tests/brakes/brakes.test.ts'],
  },
  {
    name: 'lock-dropped', breaks: 'Two writers act on one person at the same time: a payment and a message no longer have an order',
    file: 'src/register/person-lock.ts', find: '    await lockIdentity(trx, identityId);\n', replace: '',
    tests: ['tests/sending/order.test.ts'], only: 'order is that of the person|many deliveries',
  },
  {
    name: 'resend-on-unknown', breaks: 'A message of which nobody knows whether it left is sent again',
    file: 'src/register/sending/record.ts', find: "        await moveAttempt(lock.trx, attempt.id, ['calling'], { state: 'unknown', reason: `provider.${outcome.code}` }, call.token);\n", replace: '        return notNow(lock, deps, attempt, call, outcome.code, undefined);\n',
    tests: ['tests/sending/receipts.test.ts'], only: 'unknown outcome',
  },
  {
    name: 'call-resumed-after-crash', breaks: 'A worker that finds a call in the middle calls again instead of asking what became of it',
    file: 'src/register/sending/claim.ts', find: "if (last?.state === 'calling') return afterCalling(lock, deps, last);", replace: '',
    tests: ['tests/sending/order.test.ts', 'tests/sending/delivery.test.ts'],
  },
  {
    name: 'token-not-compared', breaks: 'A worker that lost its attempt writes what it believes over what is known',
    file: 'src/register/sending/record.ts', find: " || attempt.token !== call.token) return { kind: 'lost' };", replace: ") return { kind: 'lost' };",
    tests: ['tests/sending/order.test.ts'], only: 'lost its attempt',
  },
  {
    name: 'validity-beyond-hours', breaks: 'A provider may hold a message and deliver it after the lawful hours',
    file: 'src/register/sending/claim.ts', find: 'return Math.min(windowEnd ?? Infinity, now + VALIDITY);', replace: 'return now + VALIDITY;',
    tests: ['tests/sending/delivery.test.ts'],
  },
  {
    name: 'receipt-goes-back', breaks: 'Receipts in another order undo what was known: a delivered message is only sent again',
    file: 'src/db/attempts.ts', find: ".where('receipt_rank', '<', receipt.rank)", replace: ".where('receipt_rank', '>=', 0)",
    tests: ['tests/sending/receipts.test.ts'],
  },
  {
    name: 'payment-in-another-currency', breaks: 'Pesos of one country pay a debt in those of another',
    file: 'src/register/payment.ts', find: 'if (body.currency !== row.currency) {', replace: 'if (body.currency.length !== row.currency.length) {',
    tests: ['tests/register/payment.test.ts'],
  },
  {
    name: 'payment-conflict-accepted', breaks: 'Another amount under a known payment id is answered as if it had been booked',
    file: 'src/register/payment.ts', find: "if (known !== undefined && known.content_hash !== hash) throw new AppError('ERR_PAYMENT_CONFLICT');", replace: '',
    tests: ['tests/register/payment.test.ts'],
  },
  {
    name: 'idempotency-not-checked', breaks: 'A request repeated with its key is done a second time',
    file: 'src/register/idempotency.ts', find: 'if (before !== undefined) {', replace: 'if (before !== undefined && before.status === 0) {',
    tests: ['tests/http/requests.test.ts'],
  },
  {
    name: 'reversal-does-not-reopen', breaks: 'A payment that comes back after the settlement is told to a run that is over: nobody follows the debt any more',
    file: 'src/register/fact.ts', find: "if (row.workflow_state !== 'finished') {", replace: "if (row.workflow_state !== 'starting') {",
    tests: ['tests/register/finish.test.ts', 'tests/register/payment.test.ts'],
  },
  {
    name: 'run-ends-with-facts-missing', breaks: 'A run completes though a fact of PostgreSQL never reached it',
    file: 'src/register/finish.ts', find: "if (missing.length > 0 || decide(state, lock.now).kind !== 'close')", replace: "if (decide(state, lock.now).kind !== 'close')",
    tests: ['tests/register/finish.test.ts'],
  },
  {
    name: 'same-person-approves-twice', breaks: 'One person alone sends a debtor to the lawyers',
    file: 'src/register/pre-legal.ts', find: '{ caseId, by: actor.id,', replace: '{ caseId, by: ctx.newId(),',
    tests: ['tests/register/pre-legal.test.ts'],
  },
  {
    name: 'survey-answered-twice', breaks: 'A survey takes a second answer',
    file: 'src/register/survey.ts', find: "if (row.state === 'answered') return 'answered';", replace: '',
    tests: ['tests/register/survey.test.ts'],
  },
  {
    name: 'opt-out-stays-at-one-creditor', breaks: 'Who wants no contact from anybody is still contacted for other creditors',
    file: 'src/register/opt-out.ts', find: "body.scope === 'all' ? await personsOfIdentity(lock.trx, person.identity_id) : [person];", replace: '[person];',
    tests: ['tests/register/opt-out.test.ts'],
  },
  {
    name: 'consent-default-granted', breaks: 'Silence counts as consent: whoever says nothing is contacted',
    file: 'src/register/agreement-body.ts', find: "z.enum(['granted', 'denied', 'unknown']).default('unknown')", replace: "z.enum(['granted', 'denied', 'unknown']).default('granted')",
    tests: ['tests/register/agreement-log.test.ts'],
  },
  {
    name: 'creditor-sees-others', breaks: "A creditor's key reads and moves another creditor's agreements",
    file: 'src/register/actor.ts', find: 'if (actor.creditorId !== null && actor.creditorId !== creditorId)', replace: "if (actor.creditorId === '')",
    tests: ['tests/http/access.test.ts'],
  },
  {
    name: 'chain-without-prev-hash', breaks: 'An entry of the evidence can be taken out or moved, and the chain still fits',
    file: 'src/register/timeline.ts', find: '.update(prevHash + canonicalize(hashed))', replace: '.update(String(canonicalize(hashed)))',
    tests: ['tests/http/life.test.ts'],
  },
  {
    name: 'outbox-row-swallowed', breaks: 'While Temporal does not answer, facts are marked as told and never reach the run',
    file: 'src/intake/pump.ts', find: 'return putOff(trx, row.id, { delayMs: OUTAGE_DELAY_MS, counted: false, error: what });', replace: "return closeRow(trx, row.id, 'done', what);",
    tests: ['tests/intake/pump.test.ts'],
  },
  {
    name: 'outbox-out-of-order', breaks: 'A later message of a workflow overtakes an earlier one that waits',
    file: 'src/db/outbox-queue.ts', find: "earlier.state in ('pending', 'poison')", replace: "earlier.state in ('poison')",
    tests: ['tests/intake/pump.test.ts'],
  },
  {
    name: 'import-half-an-agreement', breaks: 'An agreement with one wrong row is taken in without it: the debtor owes less than agreed',
    file: 'src/register/import/agreement-rows.ts', find: 'if (first === undefined || rows.length < lines.length) return { errors: [] };', replace: 'if (first === undefined) return { errors: [] };',
    tests: ['tests/import/import.test.ts'],
  },
  {
    name: 'webhook-signature-not-checked', breaks: 'Anybody can tell Pacto that a message failed or that a person replied',
    file: 'src/http/webhooks.ts', find: "|| !verifyTwilio(config.twilio?.authTokens ?? [], header(request, 'x-twilio-signature'), url, fields.data)", replace: '|| url.length === verifyTwilio.length',
    tests: ['tests/http/webhooks.test.ts'],
  },
  {
    name: 'journal-explains-everything', breaks: 'The audit compares nothing: a message that no attempt explains passes as clean',
    file: 'src/register/audit/journal.ts', find: 'if (attempt === undefined || attempt.state', replace: 'if (attempt === undefined) return true;\n  if (attempt.state',
    tests: ['tests/audit/audit.test.ts'],
  },
  {
    name: 'audit-counts-nothing-twice', breaks: 'The audit does not see that a message was handed over a second time',
    file: 'src/register/audit/journal.ts', find: '...explained.slice(1).map(', replace: '...explained.slice(messages.length).map(',
    tests: ['tests/audit/audit.test.ts'],
  },
];
