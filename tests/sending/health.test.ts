/** What receipts do to addresses, to consent, and to the next channel, in the register. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ReceiptStatus } from '../../src/channels/channel.ts';
import { bounceAddressOf } from '../../src/channels/dsn.ts';
import { parseSendgridEvents } from '../../src/channels/receipts.ts';
import { instant, json } from '../../src/db/columns.ts';
import { contactPointById, contactPointsOf, type ContactPoint } from '../../src/db/contact-points.ts';
import { underPersonLock } from '../../src/register/person-lock.ts';
import { quarantinePoint } from '../../src/register/sending/contact-health.ts';
import { pointFor } from '../../src/register/sending/gate.ts';
import { applyReceipt } from '../../src/register/sending/receipts.ts';
import { receiveDsn } from '../../src/register/sending/returned-mail.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { at, outboxOf, seedPerson } from '../register/seed.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { ended, MISSED_AT, openDesk, type Desk } from './desk.ts';

const HOUR = 3_600_000;
let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(() => {
  desk.clock.set(MISSED_AT);
  desk.journal.length = 0;
});

const attemptsOf = async (id: string) => (await desk.attempts(id)).map(({ id: attempt }) => attempt);
const healthOf = async (pointId: string) => (await contactPointById(desk.db, pointId))?.health;
const entries = async (id: string, kind: string) => (await readTimeline(desk.db, id)).filter((entry) => entry.kind === kind);
let events = 0;
const tell = (attemptId: string | undefined, status: ReceiptStatus, errorCode?: string, provider: 'twilio-sms' | 'smtp' = 'twilio-sms') =>
  applyReceipt(desk.ctx, { provider, eventId: `e${events++}`, attemptId: attemptId ?? '', status, ...(errorCode === undefined ? {} : { errorCode }) });

test('an SMS that fails for a while, told hours later: the next lawful channel, once, and the phone stays in use', async () => {
  const person = await seedPerson(desk.db);
  const id = await desk.agreement(person);
  await desk.deliver(id);
  const [sms] = await attemptsOf(id);
  desk.clock.set(MISSED_AT + 5 * HOUR);
  await tell(sms, 'undelivered', '30003');
  expect(await healthOf(person.phoneId)).toBe('softFailing');
  expect(await entries(id, 'contactPointHealth')).toMatchObject([{ outcome: 'softFailing' }]);
  expect(pointFor(await contactPointsOf(desk.db, person.personId), 'sms')?.id).toBe(person.phoneId);

  const put = ended(await desk.deliver(id));
  expect(put).toMatchObject({ result: 'deferred', until: at('2026-03-09', 10) });
  desk.clock.set(at('2026-03-09', 10));
  expect(ended(await desk.deliver(id))).toMatchObject({ result: 'sent', events: [{ channel: 'email' }] });
  for (const [status, code] of [['undelivered', '30003'], ['sent', undefined], ['delivered', undefined]] as const) await tell(sms, status, code);
  expect((await desk.dueInput(id)).occurrences).toEqual([]);
  expect(desk.journal.map(({ channel }) => channel)).toEqual(['sms', 'email']);
  expect(await outboxOf(desk.db, (await loadState(desk.db, id)).row.workflow_id)).toEqual(['deliveryFailed']);
  expect(await healthOf(person.phoneId)).toBe('softFailing');
  expect(verifyChain(await readTimeline(desk.db, id))).toEqual([]);
});

/** Two mails to one address, some days apart. */
async function twoMails() {
  const person = await seedPerson(desk.db, { granted: ['email'] });
  const id = await desk.agreement(person);
  await desk.deliver(id);
  desk.clock.set(at('2026-03-10', 10));
  await desk.deliver(id);
  const [first, second] = await attemptsOf(id);
  return { person, id, first, second };
}

test('a mail that arrives takes an address out of failing, and the timeline says both', async () => {
  const { person, id, first, second } = await twoMails();
  await tell(first, 'blocked', '4.2.2', 'smtp');
  expect(await healthOf(person.emailId)).toBe('softFailing');
  await tell(second, 'delivered', undefined, 'smtp');
  expect(await healthOf(person.emailId)).toBe('valid');
  expect((await entries(id, 'contactPointHealth')).map(({ outcome }) => outcome)).toEqual(['softFailing', 'valid']);
});

test('an old failure told after a newer delivery does not count', async () => {
  const { person, id, first, second } = await twoMails();
  await tell(second, 'delivered', undefined, 'smtp');
  await tell(first, 'blocked', '4.2.2', 'smtp');
  expect(await healthOf(person.emailId)).toBe('valid');
  expect(await entries(id, 'contactPointHealth')).toEqual([]);
});

test('an address that is dead or somebody else’s is not claimed; one that works comes before one that fails', async () => {
  const point = (id: string, health: ContactPoint['health']): ContactPoint => ({ id, kind: 'email', value: `${id}@example.org`, channels: ['email'], health, given: true, consent: { email: 'granted' } });
  const chosen = (...points: ContactPoint[]) => pointFor(points, 'email')?.id;
  expect(chosen(point('a', 'softFailing'), point('b', 'valid'))).toBe('b');
  expect(chosen(point('a', 'softFailing'), point('b', 'invalid'))).toBe('a');
  expect(chosen(point('a', 'invalid'), point('b', 'quarantined'), point('c', 'landline'))).toBeUndefined();

  const person = await seedPerson(desk.db);
  const id = await desk.agreement(person);
  await underPersonLock(desk.ctx, person.identityId, (lock) => quarantinePoint(lock, person.phoneId));
  expect(ended(await desk.deliver(id))).toMatchObject({ result: 'sent', events: [{ channel: 'email' }] });
  const [entry] = await entries(id, 'contactPointHealth');
  expect(entry).toMatchObject({ outcome: 'quarantined' });
  expect(JSON.stringify(entry)).not.toMatch(/961234567|Ana/);
});

async function mailed() {
  const person = await seedPerson(desk.db, { granted: ['email', 'sms'] });
  const id = await desk.agreement(person);
  await desk.db.updateTable('contact_point').set({ health: 'landline' }).where('id', '=', person.phoneId).execute();
  await desk.deliver(id);
  const [attempt = ''] = await attemptsOf(id);
  const consents = () => desk.db.selectFrom('consent').selectAll().where('contact_point_id', '=', person.emailId).orderBy('seq', 'desc').execute();
  return { person, id, attempt, consents };
}

/** As SendGrid tells it. */
async function sendgrid(...given: readonly Record<string, unknown>[]): Promise<string[]> {
  const outcomes: string[] = [];
  const batch = parseSendgridEvents(JSON.stringify(given.map((event) => ({ timestamp: 1_772_700_000, sg_event_id: `s${events++}`, ...event }))));
  for (const event of batch?.events ?? []) outcomes.push(await applyReceipt(desk.ctx, event));
  return outcomes;
}

test.each(['unsubscribe', 'group_unsubscribe', 'spamreport'])('%s ends e-mail at this creditor, with what was pressed as evidence, once', async (event) => {
  const { id, attempt, consents } = await mailed();
  expect(await sendgrid({ event: 'delivered', attempt_id: attempt }, { event, attempt_id: attempt }, { event, attempt_id: attempt })).toEqual(['applied', 'applied', 'known']);
  const [denied, ...before] = await consents();
  expect(denied).toMatchObject({ state: 'denied', channel: 'email', evidence: { source: 'optOut', by: 'debtor', how: event === 'spamreport' ? 'complained' : 'unsubscribed', provider: 'sendgrid', attempt, at: '2026-03-05T08:40:00.000Z' } });
  expect(before).toHaveLength(1);
  expect((await desk.events(id)).flatMap((fact) => (fact.kind === 'optedOut' ? [fact.scope] : []))).toEqual(['email']);
  expect(JSON.stringify(denied)).not.toContain('@');
});

test('it holds for every address of the person, and who consented again can unsubscribe again from the old mail', async () => {
  const { person, attempt, consents } = await mailed();
  const second = desk.ctx.newId();
  await desk.db.insertInto('contact_point').values({ id: second, creditor_id: person.creditorId, person_id: person.personId, kind: 'email', value: 'ana.dos@example.org', channels: ['email'], position: 3 }).execute();
  await sendgrid({ event: 'unsubscribe', attempt_id: attempt });
  expect((await contactPointsOf(desk.db, person.personId)).map(({ kind, consent }) => [kind, consent.email])).toEqual([['phone', undefined], ['email', 'denied'], ['email', 'denied']]);
  const [denied] = await consents();
  if (denied === undefined) throw new Error('nothing was denied');
  await desk.db.insertInto('consent').values({
    id: desk.ctx.newId(), contact_point_id: person.emailId, channel: 'email', state: 'granted', evidence: json({ source: 'test' }), at: instant(MISSED_AT), seq: denied.seq + 10,
  }).execute();
  await desk.db.updateTable('identity').set({ last_seq: denied.seq + 10 }).where('id', '=', person.identityId).execute();
  await sendgrid({ event: 'unsubscribe', attempt_id: attempt });
  expect((await consents())[0]?.state).toBe('denied');
});

test('who subscribes again in the mail program is noted, and no consent is granted', async () => {
  const { id, attempt, consents } = await mailed();
  expect(await sendgrid({ event: 'group_unsubscribe', attempt_id: attempt }, { event: 'group_resubscribe', attempt_id: attempt })).toEqual(['applied', 'applied']);
  expect((await consents())[0]?.state).toBe('denied');
  expect(await entries(id, 'resubscribed')).toMatchObject([{ channel: 'email', outcome: 'noted' }]);
  const [row] = await desk.attempts(id);
  expect(row).toMatchObject({ state: 'sent', receipt: 'unsubscribed' });
});

test('a drop because of an unsubscription that was never told is that unsubscription', async () => {
  const { id, attempt, consents } = await mailed();
  await sendgrid({ event: 'dropped', reason: 'Unsubscribed Address', attempt_id: attempt });
  expect((await consents())[0]).toMatchObject({ state: 'denied', evidence: { how: 'dropped', code: 'Unsubscribed Address' } });
  expect((await desk.attempts(id))[0]).toMatchObject({ state: 'undeliverable', receipt: 'dropped' });
});

const SENDGRID_LIVES = [['deferred', 'delivered', 'bounce'], ['delivered', 'unsubscribe', 'spamreport']] as const;

test('whatever the order and the repetitions of the receipts of a mail, everything ends the same', async () => {
  for (const life of SENDGRID_LIVES) {
    const outcomes = new Set<string>();
    for (const order of permutations(life)) {
      const { person, id, attempt, consents } = await mailed();
      await sendgrid(...[...order, ...order].map((event) => ({ event, attempt_id: attempt, sg_event_id: `${attempt}.${event}`, ...(event === 'bounce' ? { status: '5.1.1', type: 'bounce' } : {}) })));
      const [row] = await desk.attempts(id);
      const facts = (await desk.events(id)).map(({ kind }) => kind).toSorted();
      outcomes.add(JSON.stringify([row?.state, row?.receipt_rank, row?.receipt_due_at, await healthOf(person.emailId), (await consents())[0]?.state, facts]));
      desk.clock.set(MISSED_AT);
    }
    expect([...outcomes], life.join(' ')).toHaveLength(1);
  }
});

function permutations<T>(items: readonly T[]): T[][] {
  return items.length <= 1 ? [[...items]] : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

const report = (attemptId: string, lines: readonly string[]) => ({
  to: [bounceAddressOf('rebotes@avisos.example', attemptId)], headers: 'Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n',
  parts: ['Sorry.', ['Reporting-MTA: dns; mx', '', 'Final-Recipient: rfc822; ana@example.org', ...lines].join('\r\n')],
});

test('a mail that comes back is a receipt: the address is dead, the agreement hears of it, once', async () => {
  const { person, id, attempt } = await mailed();
  const mail = report(attempt, ['Action: failed', 'Status: 5.1.1']);
  expect([await receiveDsn(desk.ctx, mail), await receiveDsn(desk.ctx, mail)]).toEqual(['applied', 'known']);
  expect((await desk.attempts(id))[0]).toMatchObject({ state: 'undeliverable', receipt: 'bounced', receipt_code: '5.1.1', receipt_due_at: null });
  expect(await healthOf(person.emailId)).toBe('invalid');
  expect((await desk.events(id)).map(({ kind }) => kind)).toEqual(['stepResult', 'deliveryFailed']);
});

test('word of a delay changes nothing but the receipt; one that gave up leaves the address in use', async () => {
  const { person, id, attempt } = await mailed();
  expect(await receiveDsn(desk.ctx, report(attempt, ['Action: delayed', 'Status: 4.4.1']))).toBe('applied');
  expect((await desk.attempts(id))[0]).toMatchObject({ state: 'sent', receipt: 'deferred' });
  expect(await receiveDsn(desk.ctx, report(attempt, ['Action: failed', 'Status: 4.4.7']))).toBe('applied');
  expect((await desk.attempts(id))[0]).toMatchObject({ state: 'undeliverable', receipt: 'blocked' });
  expect(await healthOf(person.emailId)).toBe('softFailing');
});

test('a report about a mail of nobody, or about an SMS, changes nothing; what is no report is left to be read', async () => {
  const id = await desk.agreement(await seedPerson(desk.db));
  await desk.deliver(id);
  const [sms = ''] = await attemptsOf(id);
  for (const attemptId of [desk.ctx.newId(), sms]) expect(await receiveDsn(desk.ctx, report(attemptId, ['Action: failed', 'Status: 5.1.1']))).toBe('unmatched');
  expect((await desk.attempts(id))[0]).toMatchObject({ state: 'sent', receipt: null });
  expect(await receiveDsn(desk.ctx, { to: ['cobranza@andes.example'], headers: 'Content-Type: text/plain', parts: ['Ya pagué'] })).toBe('noReport');
});
