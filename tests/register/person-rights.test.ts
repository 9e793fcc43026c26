/** Access and erasure: everything that is held about a person is shown, and is gone from every table when they ask for it. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { instant, json } from '../../src/db/columns.ts';
import type { Db } from '../../src/db/pool.ts';
import { insertFactNote } from '../../src/db/fact-notes.ts';
import { insertCoDebtor } from '../../src/db/co-debtors.ts';
import { insertProposal } from '../../src/db/segments.ts';
import { keepAnswer } from '../../src/db/idempotency.ts';
import { insertProviderEvent } from '../../src/db/provider-events.ts';
import type { AgreementState } from '../../src/domain/agreement.ts';
import { DAY, HOUR } from '../../src/domain/zone.ts';
import { agreementBody } from '../../src/register/agreement-body.ts';
import { logAgreement } from '../../src/register/agreement-log.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { checkJournal } from '../../src/register/audit/journal.ts';
import { callBody, logCall } from '../../src/register/call.ts';
import { callLawOf } from '../../src/register/call-law.ts';
import { disputeBody, openDispute } from '../../src/register/dispute.ts';
import { holdBody, hold } from '../../src/register/hold.ts';
import { receiveSms } from '../../src/register/inbound.ts';
import { bookOutsidePayment } from '../../src/register/outside-payment.ts';
import { bookPayment, reversePayment } from '../../src/register/payment.ts';
import { erasePerson, erasureBody } from '../../src/register/person-erasure.ts';
import { exportPerson } from '../../src/register/person-export.ts';
import { underAgreementLock } from '../../src/register/agreement-lock.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { registerStop } from '../../src/register/stop.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { csv, importFile } from '../import/desk.ts';
import { ended, MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';
import { ADMIN, BRAVO, paymentOf } from './ledger.ts';
import { at, pay, seedPerson, type SeededPerson } from './seed.ts';

const [PHONE, EMAIL] = ['+56987412365', 'zq.lagartija@correo-ficticio.example.org'];
/** A word for each place where people are named or write freely. */
const SECRETS = [
  'Zulema', 'Quintrileo', '987412365', 'lagartija', 'correo-ficticio', '20347878', 'Curepto', 'Maule-Ficticio', 'notaría', 'Marisol', 'Baltasar', 'Eleuterio', 'clínica', 'Filomena', 'Hortensia', 'Nicanor',
  'Casimiro', 'quintral', 'Leopoldina', 'vecina Rosa', 'gerenta', 'Anacleto', 'hospital',
];

let desk: Desk;
let person: SeededPerson;
let elsewhere: SeededPerson;
let settled: string;
let open: string;

/** Tables in which a secret stands, with it. */
async function found(db: Db): Promise<string[]> {
  const tables = await db.introspection.getTables();
  const places: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(db);
    for (const secret of SECRETS) if (rows.some(({ row }) => row.toLowerCase().includes(secret.toLowerCase()))) places.push(`${name}: ${secret}`);
  }
  return places;
}

async function personWithEverything(): Promise<void> {
  const { db, ctx } = desk;
  person = await seedPerson(db);
  elsewhere = await seedPerson(db, { creditorId: 'otro', identityId: person.identityId });
  await db.updateTable('identity').set({ national_id_hash: 'a-keyed-hash' }).where('id', '=', person.identityId).execute();
  await db.updateTable('person').set({
    name: 'Zulema Quintrileo', national_id: json({ country: 'CL', type: 'rut', value: '20347878K' }), address: json({ country: 'CL', region: 'Maule-Ficticio', city: 'Curepto' }), confirmed_at: instant(MISSED_AT - DAY),
  }).where('id', '=', person.personId).execute();
  await db.updateTable('contact_point').set({ value: PHONE, role: 'gerenta' }).where('id', '=', person.phoneId).execute();
  await db.updateTable('contact_point').set({ value: EMAIL }).where('id', '=', person.emailId).execute();
  await db.updateTable('consent').set({ evidence: json({ source: 'import', given: 'firmado ante la notaría' }) }).where('contact_point_id', '=', person.phoneId).execute();
  [settled, open] = [await desk.agreement(person), await desk.agreement(person)];
  expect(ended(await desk.deliver(open)).result).toBe('sent');
  const [attempt] = await desk.attempts(open);
  await insertProviderEvent(db, { provider: 'twilio-sms', eventId: 'E-1', attemptId: attempt?.id ?? '', status: 'delivered', payload: { to: PHONE }, at: MISSED_AT });
  await receiveSms(ctx, { provider: 'twilio-sms', eventId: 'E-2', from: PHONE, to: '+56900000000', providerId: 'E-2', body: 'pagó mi hermana Marisol' });
}

async function words(): Promise<void> {
  const { db, ctx } = desk;
  await hold(ctx, ADMIN, open, holdBody.parse({ until: new Date(MISSED_AT + 2 * HOUR).toISOString(), reason: 'espera a Eleuterio' }));
  await openDispute(ctx, ADMIN, open, disputeBody.parse({ reason: 'firma de Baltasar', text: 'no es su firma, dice Baltasar' }));
  await logCall(ctx, ADMIN, callBody.parse({ agreementId: settled, channel: 'call', at: new Date(MISSED_AT).toISOString(), outcome: 'talked', note: 'atendió desde la clínica' }));
  await bookPayment(ctx, ADMIN, settled, paymentOf({ externalId: 'PAY-1', amountMinor: 500 }));
  await reversePayment(ctx, ADMIN, settled, 'PAY-1', { externalId: 'REV-1', reason: 'cheque de Filomena' });
  await bookOutsidePayment(ctx, settled, { externalId: 'OUT-1', amountMinor: 700, currency: 'USD', paidAt: '2026-03-05T10:00:00Z', method: 'la trajo Hortensia' });
  await pay(ctx, settled, 90_000);
  await registerStop(ctx, ADMIN, person.personId, { on: 'attorney', at: MISSED_AT, evidence: 'carta de Leopoldina' });
  await importFile(ctx, csv([{ person: person.personId, channel: 'visit', at: '2026-03-01 10:00', note: 'contestó la vecina Rosa' }]), { kind: 'contacts' });
  const caseId = randomUUID();
  const base = { creditor_id: person.creditorId, agreement_id: open };
  await db.insertInto('pre_legal_case').values({ ...base, id: caseId, number: 1, state: 'withdrawn', occurrence: 'pre-legal/i1v1', overdue_minor: 90_000, reason: 'acuerdo con Casimiro', workflow_id: `pre-legal/${caseId}`, opened_at: instant(MISSED_AT) }).execute();
  await db.insertInto('pre_legal_approval').values({ case_id: caseId, approved_by: 'l1', at: instant(MISSED_AT), note: 'visto con Nicanor' }).execute();
  await db.insertInto('agent').values({ id: 'agente', name: 'Gestor', zone: 'America/Santiago', creditors: null }).execute();
  await db.insertInto('callback').values({ ...base, id: randomUUID(), identity_id: person.identityId, agent_id: 'agente', from_at: instant(MISSED_AT + DAY), until_at: instant(MISSED_AT + DAY + HOUR), state: 'missed', occurrence: null, outcome: null, note: 'trabaja en el hospital', booked_at: instant(MISSED_AT), seq: 1 }).execute();
  await db.insertInto('survey').values({
    id: randomUUID(), creditor_id: person.creditorId, agreement_id: settled, person_id: person.personId, occurrence: 'survey/s1', token_hash: randomUUID(), token: 'quintral', state: 'invited', comment: 'muy bien Anacleto', workflow_id: randomUUID(),
    created_at: instant(MISSED_AT), nudge_at: instant(MISSED_AT + 7 * DAY), expires_at: instant(MISSED_AT + 20 * DAY),
  }).execute();
  await db.insertInto('contact_wait').values({ agreement_id: open, medium: 'written', identity_id: person.identityId, creditor_id: 'acme', since: instant(MISSED_AT), comes_at: instant(MISSED_AT + DAY), channels: ['sms'], purpose: 'collection' }).execute();
  await db.insertInto('segment_set').values({ version: 1, definition: json({ segments: [], otherwise: 'ladder' }), source: '', published_by: 'x', published_at: instant(0) }).execute();
  await db.transaction().execute(async (trx) => {
    await insertProposal(trx, {
      id: randomUUID(), creditorId: 'acme', agreementId: open, from: { id: 'ladder', version: 1 }, to: 'strict', segment: null, segmentVersion: 1, score: { points: 7, parts: [] }, at: MISSED_AT,
      facts: { creditorId: 'acme', country: 'CL', product: null, currency: 'CLP', amountMinor: 90_000, score: 7, daysPastDue: 3, missed: 1, promisesBroken: 0, promisesKept: 0, onTime: 0 },
    });
    await insertFactNote(trx, settled, 'x', 'lo dijo Casimiro');
    await keepAnswer(trx, { keyId: 'k', key: 'i', requestHash: 'h', status: 201, response: { agreementId: settled, note: 'atendió desde la clínica' } });
  });
}

/** The sandbox's own audit: runs that have applied everything, the provider's journal. */
async function findings(): Promise<readonly unknown[]> {
  const states = new Map<string, AgreementState>();
  for (const id of [settled, open]) {
    const { row, state } = await loadState(desk.db, id);
    states.set(row.workflow_id, state);
  }
  const report = await audit(desk.ctx, {
    policies: shippedPolicies('2026c'), wallNow: () => Date.now() + 61_000, pause: () => Promise.resolve(),
    gateway: { queryState: (workflowId) => { const state = states.get(workflowId); return Promise.resolve(state === undefined ? null : { state }); } },
  });
  // Reminders that were due before the test began, and rows that no pump of this test hands over.
  return report.findings.filter(({ counter }) => counter !== 'lost');
}

beforeAll(async () => {
  desk = await openDesk();
  await personWithEverything();
  await words();
});
afterAll(() => desk.close());

describe('the right of access', () => {
  test('shows everything that is held: each word that anybody wrote', async () => {
    const exported = await exportPerson(desk.ctx, ADMIN, `acme/${person.personId}`);
    const said = JSON.stringify(exported);
    // The token of a survey is a key, not data.
    expect(SECRETS.filter((secret) => secret !== 'quintral' && !said.includes(secret))).toEqual([]);
    expect(exported).toMatchObject({
      person: { externalId: person.personId, nationalId: { type: 'rut' }, erasure: null },
      contactPoints: [{ kind: 'phone', consents: expect.arrayContaining([{ channel: 'sms', state: 'granted', at: expect.any(String), evidence: { source: 'import', given: expect.any(String) } }]) }, { kind: 'email' }],
      pages: { links: [{ kind: 'debtor', agreementId: open }], tries: [] }, owedBeside: [],
      stops: [{ on: 'attorney', evidence: { text: 'carta de Leopoldina' } }],
      agreements: expect.arrayContaining([expect.objectContaining({ id: settled, phase: 'settled', payments: expect.arrayContaining([expect.objectContaining({ amountMinor: 90_000 })]) }), expect.objectContaining({
        id: open, waits: [expect.objectContaining({ medium: 'written' })], strategyProposals: [expect.objectContaining({ to: 'strict', score: { points: 7, parts: [] } })],
      })]),
      contacts: { messages: [{ channel: 'sms', state: 'sent', content: { body: expect.any(String) }, place: { city: 'Curepto', state: 'Maule-Ficticio' } }], received: [{ content: { body: 'pagó mi hermana Marisol' } }], replies: [{ content: 'pagó mi hermana Marisol' }], imported: [{ channel: 'visit' }] },
    });
  });

  test('shows nothing of the same person at another creditor, whose key cannot ask either', async () => {
    const { stops, contacts, agreements } = await exportPerson(desk.ctx, ADMIN, elsewhere.personId);
    expect({ stops, contacts, agreements }).toEqual({ stops: [{ on: 'attorney', at: expect.any(String) }], contacts: { messages: [], received: [], replies: [], imported: [] }, agreements: [] });
    await expect(exportPerson(desk.ctx, BRAVO, person.personId)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(exportPerson(desk.ctx, ADMIN, 'acme/none')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});

describe('the right to erasure', () => {
  const erase = (given: Record<string, unknown> = {}) => erasePerson(desk.ctx, ADMIN, person.personId, erasureBody.parse(given));

  test('does not reach data that an open agreement needs: refused, with what to do', async () => {
    const before = await found(desk.db);
    expect(new Set(before.map((place) => place.split(': ')[1]))).toEqual(new Set(SECRETS));
    await expect(erase()).rejects.toMatchObject({ code: 'ERR_STATE', message: expect.stringMatching(/An agreement is open .*Settle or cancel first.*--cancel-open --reason/) });
    expect(erasureBody.safeParse({ cancelOpen: true }).success).toBe(false);
    expect(await found(desk.db)).toEqual(before);
  });

  test('takes every word from every table; money, outcomes and the evidence stay, and the audit is clean', async () => {
    expect(await findings()).toEqual([]);
    const [balances, attempts] = [await desk.db.selectFrom('payment').select(['external_id', 'amount_minor', 'seq']).orderBy('seq').execute(), await desk.attempts(open)];
    const answer = await erase({ cancelOpen: true, reason: 'orden de la autoridad' });
    expect(answer).toMatchObject({ created: true, cancelledAgreements: [(await loadState(desk.db, open)).row.external_id], erased: { person: 1, contact_point: 2, attempt: 1 } });
    expect(await found(desk.db)).toEqual([]);
    expect(await desk.db.selectFrom('payment').select(['external_id', 'amount_minor', 'seq']).orderBy('seq').execute()).toEqual(balances);
    expect((await desk.attempts(open)).map(({ id, state, begun_at: begun }) => [id, state, begun])).toEqual(attempts.map(({ id, state, begun_at: begun }) => [id, state, begun]));
    for (const id of [settled, open]) {
      const entries = await readTimeline(desk.db, id);
      expect(entries.at(-1)?.kind).toBe('personErased');
      expect(verifyChain(entries)).toEqual([]);
    }
    expect(await findings()).toEqual([]);
    const journal = desk.journal.map(({ channel, to, attemptId }) => ({ channel, to, attemptId, providerId: `P-${attemptId}` }));
    expect(journal).toMatchObject([{ to: PHONE }]);
    expect(await checkJournal(desk.db, journal)).toEqual([]);
    expect((await loadState(desk.db, open)).row.phase).toBe('closed');
    expect(await desk.db.selectFrom('suspense').select('payload').execute()).toEqual([{ payload: { amountMinor: 700, currency: 'USD' } }]);
    const { token_hash: hash, id } = await desk.db.selectFrom('link').selectAll().where('person_id', '=', person.personId).executeTakeFirstOrThrow();
    expect(hash).toBe(`erased:${id}`);
    expect((await desk.attempts(open)).map(({ place }) => [Object.keys(place ?? {}).sort(), place?.zones])).toEqual([[['debtorType', 'profile', 'zones'], ['America/Santiago']]]);
    expect(await desk.db.selectFrom('contact_wait').selectAll().execute()).toEqual([]);
    expect(await desk.db.selectFrom('strategy_proposal').select(['state', 'decided_by']).execute()).toEqual([{ state: 'withdrawn', decided_by: 'erasure' }]);
    expect(await desk.db.selectFrom('erasure').select(['done_by', 'reason']).execute()).toEqual([{ done_by: 'key-admin', reason: 'orden de la autoridad' }]);
  });

  test('again answers the first time\'s', async () => {
    expect(await erase()).toMatchObject({ created: false, cancelledAgreements: [], erased: { person: 1 } });
    expect((await exportPerson(desk.ctx, ADMIN, person.personId)).person).toMatchObject({ name: '[erased]', nationalId: null, address: { country: 'CL' }, erasure: { reason: 'orden de la autoridad' } });
  });

  test('no contact is possible afterwards, even if somebody enters a number for them', async () => {
    const { db } = desk;
    const late = await desk.agreement(person);
    await db.insertInto('contact_point').values({ id: randomUUID(), creditor_id: 'acme', person_id: person.personId, kind: 'phone', value: '+56911111111', channels: ['sms', 'call'], position: 9 }).execute();
    const point = await db.selectFrom('contact_point').select('id').where('value', '=', '+56911111111').executeTakeFirstOrThrow();
    await db.insertInto('consent').values({ id: randomUUID(), contact_point_id: point.id, channel: 'sms', state: 'granted', evidence: json({}), at: instant(MISSED_AT), seq: 99_999 }).execute();
    desk.clock.set(MISSED_AT + DAY);
    expect(ended(await desk.deliver(late)).result).toBe('refused');
    expect(await underAgreementLock(desk.ctx, late, async (lock, row) => (await callLawOf(lock, row))(at('2026-03-09', 12)).decision)).toBe('refuse');
  });

  test('nothing new is taken in about them: a new agreement and an imported contact are refused', async () => {
    const body = agreementBody.parse({
      creditorId: 'acme', externalId: 'NEW-1', currency: 'CLP', instalments: [{ number: 1, dueOn: '2026-12-01', amountMinor: 1 }], strategy: 'ladder',
      person: { externalId: person.personId, name: 'Zulema Quintrileo', contactPoints: [{ kind: 'phone', value: PHONE, consent: 'granted' }] },
    });
    await expect(logAgreement(desk.ctx, ADMIN, body)).rejects.toMatchObject({ code: 'ERR_ERASED' });
    const { items, errors } = await importFile(desk.ctx, csv([{ person: person.personId, channel: 'visit', at: '2026-03-01 11:00', note: 'Zulema' }]), { kind: 'contacts' });
    expect({ items, errors }).toMatchObject({ items: { rejected: 1 }, errors: [{ column: 'person', reason: expect.stringContaining('erased') }] });
    expect(await found(desk.db)).toEqual([]);
  });

  test('the other creditor keeps what it has, and the hash by which both know the person', async () => {
    expect(await desk.db.selectFrom('person').select(['name', 'erased_at']).where('id', '=', elsewhere.personId).execute()).toEqual([{ name: 'Ana', erased_at: null }]);
    expect(await hashOf(person.identityId)).toBe('a-keyed-hash');
  });
});

const hashOf = async (identityId: string): Promise<string | null> => (await desk.db.selectFrom('identity').select('national_id_hash').where('id', '=', identityId).executeTakeFirstOrThrow()).national_id_hash;

describe('who owes an agreement of somebody else beside them', () => {
  test('is told of it, and keeps their data while it is open; an order to erase does not end what is not theirs', async () => {
    const [debtor, beside] = [await seedPerson(desk.db), await seedPerson(desk.db)];
    const shared = await desk.agreement(debtor);
    await desk.db.transaction().execute((trx) => insertCoDebtor(trx, shared, beside.personId, 0));
    expect((await exportPerson(desk.ctx, ADMIN, beside.personId)).owedBeside).toEqual([{ id: shared, externalId: expect.any(String), phase: 'active' }]);
    await expect(erasePerson(desk.ctx, ADMIN, beside.personId, erasureBody.parse({}))).rejects.toMatchObject({ code: 'ERR_STATE' });
    expect(await erasePerson(desk.ctx, ADMIN, beside.personId, erasureBody.parse({ cancelOpen: true, reason: 'orden' }))).toMatchObject({ created: true, cancelledAgreements: [] });
    expect((await loadState(desk.db, shared)).row.phase).toBe('active');
  });
});

describe('the hash of a national id', () => {
  test('is forgotten with the last creditor who followed the person; a stop in force keeps it, so that it finds them again', async () => {
    const [alone, stopped] = [await seedPerson(desk.db), await seedPerson(desk.db)];
    for (const one of [alone, stopped]) await desk.db.updateTable('identity').set({ national_id_hash: `hash-${one.identityId}` }).where('id', '=', one.identityId).execute();
    await registerStop(desk.ctx, ADMIN, stopped.personId, { on: 'writtenCease', at: MISSED_AT, evidence: 'carta' });
    for (const one of [alone, stopped]) await erasePerson(desk.ctx, ADMIN, one.personId, erasureBody.parse({}));
    expect([await hashOf(alone.identityId), await hashOf(stopped.identityId)]).toEqual([null, `hash-${stopped.identityId}`]);
  });

  test('a number that somebody else has too keeps the messages that came from it', async () => {
    const [one, other] = [await seedPerson(desk.db), await seedPerson(desk.db)];
    for (const { phoneId } of [one, other]) await desk.db.updateTable('contact_point').set({ value: '+56955555555' }).where('id', '=', phoneId).execute();
    await receiveSms(desk.ctx, { provider: 'twilio-sms', eventId: 'E-9', from: '+56955555555', to: '+56900000000', providerId: 'E-9', body: 'quién es' });
    const inbound = async () => (await desk.db.selectFrom('provider_event').select('payload').where('event_id', '=', 'E-9').executeTakeFirstOrThrow()).payload;
    await erasePerson(desk.ctx, ADMIN, one.personId, erasureBody.parse({}));
    expect(await inbound()).toMatchObject({ body: 'quién es' });
    await erasePerson(desk.ctx, ADMIN, other.personId, erasureBody.parse({}));
    expect(await inbound()).toEqual({});
  });
});
