import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactPointsOf } from '../../src/db/contact-points.ts';
import { applyAll, initialState } from '../../src/domain/facts.ts';
import { logAgreement } from '../../src/register/agreement-log.ts';
import { getAgreement } from '../../src/register/agreement-reads.ts';
import { optOut } from '../../src/register/opt-out.ts';
import { bookPayment } from '../../src/register/payment.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { registerStop } from '../../src/register/stop.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { ACME, ADMIN, BRAVO, bodyOf, logged, openTestRegister, paymentOf, rowCounts, unique, type TestRegister } from './ledger.ts';
import { refusalOf } from './refusal.ts';

let register: TestRegister;
beforeAll(async () => {
  register = await openTestRegister();
});
afterAll(() => register.close());

const rowOf = (id: string) => register.db.selectFrom('agreement').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const personOf = async (agreementId: string) =>
  register.db.selectFrom('person').selectAll().where('id', '=', (await rowOf(agreementId)).person_id).executeTakeFirstOrThrow();

test('a logged agreement has its plan, its first evidence and one order to start its workflow with the same state', async () => {
  const { ctx, db } = register;
  const body = bodyOf();
  const { agreementId, created } = await logAgreement(ctx, ACME, body);
  expect(created).toBe(true);
  const row = await rowOf(agreementId);
  expect(row).toMatchObject({ phase: 'active', balance_minor: 30_000, paid_minor: 0, workflow_state: 'starting', zone: 'America/Santiago', oldest_unpaid_due: '2026-12-01' });
  const orders = await db.selectFrom('outbox').selectAll().where('workflow_id', '=', `agreement/acme/${body.externalId}`).execute();
  expect(orders.map((order) => [order.action, order.workflow_type])).toEqual([['start', 'agreement']]);
  expect(orders[0]?.payload).toEqual({ v: 1, state: (await loadState(db, agreementId)).state });
  const entries = await readTimeline(db, agreementId);
  expect(entries.map((entry) => entry.kind)).toEqual(['agreementLogged']);
  expect(verifyChain(entries)).toEqual([]);
  expect(JSON.stringify([entries, orders[0]?.payload])).not.toMatch(/Ana|Soto|569612/);
});

test('the same body again answers the same id and stores nothing but what is new about the person', async () => {
  const { ctx, db } = register;
  const body = bodyOf();
  const first = await logAgreement(ctx, ACME, body);
  const before = await rowCounts(db);
  expect(await logAgreement(ctx, ACME, body)).toEqual({ agreementId: first.agreementId, created: false, booked: 0 });
  expect(await rowCounts(db)).toEqual(before);
  const moved = { ...body, person: { ...body.person, name: 'Ana Soto Rojas', contactPoints: bodyOf({ person: { contactPoints: [{ kind: 'email', value: 'ANA@example.org', consent: 'granted' }] } }).person.contactPoints } };
  expect((await logAgreement(ctx, ACME, moved)).created).toBe(false);
  const person = await personOf(first.agreementId);
  expect(person.name).toBe('Ana Soto Rojas');
  const points = await contactPointsOf(db, person.id);
  expect(points.map((point) => [point.kind, point.value, point.consent])).toEqual([
    ['phone', body.person.contactPoints[0]?.value, { sms: 'granted', call: 'granted' }], ['email', 'ana@example.org', { email: 'granted' }],
  ]);
});

test.each([
  ['another amount', { instalments: [{ number: 1, dueOn: '2026-12-01', amountMinor: 9_999 }] }],
  ['another date', { agreedOn: '2026-11-01' }],
  ['other terms', { terms: { acceleratesAfterMissed: 2 } }],
  ['another person', { person: { externalId: 'somebody-else' } }],
])('%s under the same external id is a conflict and stores nothing', async (_what, change) => {
  const { ctx, db } = register;
  const externalId = unique('A');
  const person = { externalId: unique('P') };
  await logAgreement(ctx, ACME, bodyOf({ externalId, person }));
  const before = await rowCounts(db);
  const other = bodyOf({ externalId, ...change, person: { ...person, ...('person' in change ? change.person : {}) } });
  expect(await refusalOf(logAgreement(ctx, ACME, other))).toMatchObject({ code: 'ERR_AGREEMENT_CONFLICT' });
  expect(await rowCounts(db)).toEqual(before);
});

test('twenty twins at once: one is created, all get its id', async () => {
  const { ctx, db } = register;
  const body = bodyOf();
  const answers = await Promise.all(Array.from({ length: 20 }, () => logAgreement(ctx, ACME, body)));
  expect(new Set(answers.map((answer) => answer.agreementId)).size).toBe(1);
  expect(answers.filter((answer) => answer.created)).toHaveLength(1);
  expect(await db.selectFrom('outbox').selectAll().where('workflow_id', '=', `agreement/acme/${body.externalId}`).execute()).toHaveLength(1);
  expect(await db.selectFrom('person').selectAll().where('external_id', '=', body.person.externalId).execute()).toHaveLength(1);
});

test('different agreements of one new person at once share the person', async () => {
  const { ctx, db } = register;
  const person = { externalId: unique('P'), nationalId: { country: 'CL', value: '12.345.678-5' } };
  await Promise.all(Array.from({ length: 10 }, () => logAgreement(ctx, ACME, bodyOf({ person }))));
  expect(await db.selectFrom('person').selectAll().where('external_id', '=', person.externalId).execute()).toHaveLength(1);
});

test('a person with the same national id at two creditors is one identity, written with dots or without; the number itself is only at its creditor', async () => {
  const { ctx, db } = register;
  const here = await logged(ctx, { person: { nationalId: { country: 'CL', type: 'rut', value: '7.654.321-6' } } });
  const there = await logged(ctx, { creditorId: 'bravo', person: { nationalId: { country: 'CL', value: '76543216' } } });
  expect((await rowOf(here)).identity_id).toBe((await rowOf(there)).identity_id);
  const identity = await db.selectFrom('identity').selectAll().where('id', '=', (await rowOf(here)).identity_id).executeTakeFirstOrThrow();
  expect(identity.national_id_hash).toMatch(/^[0-9a-f]{64}$/);
});

test('without a national id people of two creditors are strangers, and a number that comes later joins them with their past', async () => {
  const { ctx, db } = register;
  const person = unique('P');
  const here = await logged(ctx, { person: { externalId: person } });
  const there = await logged(ctx, { creditorId: 'bravo', person: { externalId: person, nationalId: { country: 'CL', value: '9.876.543-3' } } });
  for (let count = 0; count < 4; count += 1) await bookPayment(ctx, ADMIN, here, paymentOf({ amountMinor: 100 }));
  const old = (await rowOf(here)).identity_id;
  expect(old).not.toBe((await rowOf(there)).identity_id);
  const again = await logged(ctx, { person: { externalId: person, nationalId: { country: 'CL', value: '9876543-3' } } });
  const joined = await rowOf(again);
  expect([(await rowOf(here)).identity_id, (await personOf(here)).identity_id]).toEqual([joined.identity_id, joined.identity_id]);
  expect(joined.identity_id).toBe((await rowOf(there)).identity_id);
  await bookPayment(ctx, ADMIN, here, paymentOf({ amountMinor: 100 }));
  const seqs = (await loadState(db, here)).state.events.map((event) => event.seq);
  expect(joined.logged_seq).toBeGreaterThan(seqs.at(-2) ?? 0);
  expect(seqs.at(-1)).toBeGreaterThan(joined.logged_seq);
  expect(await db.selectFrom('identity').select('id').where('id', '=', old).execute()).toEqual([]);
});

test('a stop that is in force holds for an agreement that is logged later', async () => {
  const { ctx, clock } = register;
  const person = { externalId: unique('P') };
  const first = await logged(ctx, { person });
  await registerStop(ctx, ADMIN, (await rowOf(first)).person_id, { on: 'deceased', at: await clock.now(), evidence: 'certificate 7' });
  const later = await logged(ctx, { person });
  expect((await rowOf(later)).phase).toBe('closed');
  expect((await loadState(ctx.db, later)).state.events.map((event) => event.kind)).toEqual(['stopRegistered']);
});

test('a contact point of whose consent nothing is told has none: silence is not consent', async () => {
  const { ctx, db } = register;
  const contactPoints = [{ kind: 'phone', value: '+56961234567' }, { kind: 'email', value: 'ana@example.org', consent: 'granted' }];
  const { agreementId } = await logAgreement(ctx, ACME, bodyOf({ person: { contactPoints } }));
  const points = await contactPointsOf(db, (await personOf(agreementId)).id);
  const granted = points.flatMap((point) => point.channels.filter((channel) => point.consent[channel] === 'granted'));
  expect(granted).toEqual(['email']);
});

test('a body that is sent again does not undo an opt-out', async () => {
  const { ctx, db } = register;
  const body = bodyOf();
  const { agreementId } = await logAgreement(ctx, ACME, body);
  const { person_id: personId } = await rowOf(agreementId);
  await optOut(ctx, ADMIN, personId, { channel: 'sms', scope: 'channel' });
  await logAgreement(ctx, ACME, body);
  expect((await contactPointsOf(db, personId))[0]?.consent).toEqual({ sms: 'denied', call: 'granted' });
});

test('due dates in the past are accepted and count as overdue; a zone that may be one of several is not guessed', async () => {
  const { ctx } = register;
  const late = await logged(ctx, { instalments: [{ number: 1, dueOn: '2026-10-01', amountMinor: 5_000 }] });
  expect(await getAgreement(ctx, ADMIN, late)).toMatchObject({ overdue: true, daysPastDue: 50, balanceMinor: 5_000 });
  const zones = await Promise.all([
    { country: 'CL', region: 'CL-MA' }, { country: 'CL' }, { country: 'CO' }, { country: 'MX', region: 'MX-SON' }, { country: 'MX', region: 'CHH' }, { country: 'PE', city: 'Cusco' },
  ].map(async (address) => (await personOf(await logged(ctx, { person: { address } }))).zone));
  expect(zones).toEqual(['America/Punta_Arenas', null, 'America/Bogota', 'America/Hermosillo', null, 'America/Lima']);
});

test.each([
  ['no such creditor', { creditorId: 'nobody' }, ADMIN, 'ERR_BODY', 'creditorId'],
  ['a creditor of another key', {}, BRAVO, 'ERR_BODY', 'creditorId'],
  ['an unknown strategy', { strategy: 'nope' }, ADMIN, 'ERR_STRATEGY', 'strategy'],
  ['a strategy of other countries', { person: { address: { country: 'ES' } } }, ADMIN, 'ERR_STRATEGY', 'strategy'],
])('%s is refused and nothing is stored', async (_what, change, actor, code, path) => {
  const { ctx, db } = register;
  const before = await rowCounts(db);
  expect(await refusalOf(logAgreement(ctx, actor, bodyOf(change)))).toEqual({ code, path });
  expect(await rowCounts(db)).toEqual(before);
});

test.each([
  ['a sum that is not the debt', { debt: { principalMinor: 29_999 } }, 'debt'],
  ['an instalment number twice', { instalments: [{ number: 1, dueOn: '2026-12-01', amountMinor: 1 }, { number: 1, dueOn: '2026-12-02', amountMinor: 1 }] }, 'instalments.1.number'],
  ['a date that is none', { instalments: [{ number: 1, dueOn: '2026-02-30', amountMinor: 1 }] }, 'instalments.0.dueOn'],
  ['a fraction', { instalments: [{ number: 1, dueOn: '2026-12-01', amountMinor: 1.5 }] }, 'instalments.0.amountMinor'],
  ['nothing owed', { instalments: [{ number: 1, dueOn: '2026-12-01', amountMinor: 0 }] }, 'instalments.0.amountMinor'],
  ['a phone that cannot be', { person: { contactPoints: [{ kind: 'phone', value: '+5612' }] } }, 'person.contactPoints.0.value'],
  ['no contact point', { person: { contactPoints: [] } }, 'person.contactPoints'],
  ['an RUT with a wrong check digit', { person: { nationalId: { country: 'CL', type: 'rut', value: '12.345.678-4' } } }, 'person.nationalId.value'],
  ['a CPF of one digit', { person: { nationalId: { country: 'BR', type: 'cpf', value: '111.111.111-11' } } }, 'person.nationalId.value'],
  ['a kind that the country does not have', { person: { nationalId: { country: 'CL', type: 'cpf', value: '12.345.678-5' } } }, 'person.nationalId.value'],
  ['a currency that is none', { currency: 'CLPX' }, 'currency'],
  ['a zone that is none', { person: { zone: 'America/Atlantis' } }, 'person.zone'],
  ['a channel that a phone does not have', { person: { contactPoints: [{ kind: 'phone', value: '+56961234567', channels: ['email'] }] } }, 'person.contactPoints.0.channels.0'],
])('the body is refused for %s, at its path', (_what, change, path) => {
  const issues = () => {
    try {
      bodyOf(change);
      return [];
    } catch (error) {
      return (error as { issues: { path: PropertyKey[] }[] }).issues.map((issue) => issue.path.join('.'));
    }
  };
  expect(issues()).toEqual([path]);
});

test.each([
  ['CO', undefined, '1.023.456.789', 'cc'], ['CO', 'cc', '79456123', 'cc'], ['MX', undefined, 'GODE561231GR8', 'rfc'], ['PE', undefined, '10117410-2', 'dni'], ['PE', 'dni', '10117410', 'dni'], ['CL', undefined, '12345678-5', 'rut'],
])('a national id of %s (%s) %s is read as %s', (country, type, value, kind) => {
  const body = bodyOf({ person: { nationalId: { country, ...(type === undefined ? {} : { type }), value } } });
  expect(body.person.nationalId?.type).toBe(kind);
  expect(body.person.nationalId?.value).toMatch(/^[0-9A-Z]+$/);
});

test('the rows fold to the state that the workflow is started with, facts in any order', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const { state } = await loadState(db, id);
  expect(applyAll(initialState(state.terms, state.strategy), state.events.toReversed())).toEqual(state);
});
