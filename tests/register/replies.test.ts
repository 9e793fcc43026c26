/** What a person writes back acts: once, at the creditor it answers, and never on the word of another. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { instant, json } from '../../src/db/columns.ts';
import type { Row } from '../../src/db/database.ts';
import { contactPointById, contactPointsOf } from '../../src/db/contact-points.ts';
import { eventsOf } from '../../src/db/agreement-events.ts';
import { forgetUnmatched } from '../../src/db/replies.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { viewOf } from '../../src/domain/view.ts';
import { receiveMail, receiveSms } from '../../src/register/inbound.ts';
import { erasePerson, erasureBody } from '../../src/register/person-erasure.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { ADMIN } from './ledger.ts';
import { at, movableClock, outboxOf, registerContext, seedAgent, seedAgreement, seedPerson, silentLog, type PersonOptions, type SeededPerson } from './seed.ts';

/** Monday, ten in the morning; the instalment of 90.000 was due on the second. */
const NOW = at('2026-03-16', 10);
let database: FreshDatabase;
let opened: OpenedDb;
const clock = movableClock(NOW);
const context = () => registerContext(opened.db, clock);

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog, max: 12 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});
beforeEach(() => clock.set(NOW));

interface Debtor extends SeededPerson {
  readonly phone: string;
  readonly mail: string;
  readonly agreementId: string;
}

let numbers = 0;
async function debtor(options: PersonOptions & { phone?: string; mail?: string } = {}): Promise<Debtor> {
  const { db } = opened;
  const person = await seedPerson(db, options);
  numbers += 1;
  const [phone, mail] = [options.phone ?? `+5697000${String(numbers).padStart(4, '0')}`, options.mail ?? `ana.${numbers}@example.org`];
  await db.updateTable('contact_point').set({ value: phone }).where('id', '=', person.phoneId).execute();
  await db.updateTable('contact_point').set({ value: mail }).where('id', '=', person.emailId).execute();
  return { ...person, phone, mail, agreementId: await seedAgreement(db, person) };
}

/** A message that we sent, about these agreements; its id. */
async function wrote(who: Debtor, when: number, options: { channel?: 'sms' | 'email'; about?: readonly string[]; providerId?: string } = {}): Promise<string> {
  const [id, channel] = [randomUUID(), options.channel ?? 'sms'];
  await opened.db.insertInto('attempt').values({
    id, creditor_id: who.creditorId, identity_id: who.identityId, person_id: who.personId, contact_point_id: channel === 'sms' ? who.phoneId : who.emailId, channel, purpose: 'collection',
    template: 'missed', template_version: 1, locale: 'es-CL', state: 'sent', token: randomUUID(), reason: null, policy_version: '1', calendar_version: '1', tz_version: '1', claim_seq: 0, begin_seq: 0,
    claimed_at: instant(when), begun_at: instant(when), ended_at: instant(when), valid_until: instant(when), provider: channel === 'sms' ? 'twilio-sms' : 'sendgrid', provider_id: options.providerId ?? null, receipt: null,
  }).execute();
  const about = options.about ?? [who.agreementId];
  await opened.db.insertInto('attempt_agreement').values(about.map((agreementId, index) => ({ attempt_id: id, agreement_id: agreementId, occurrence: 'missed/i1v1', leading: index === 0, instalments: [1] }))).execute();
  return id;
}

const OURS = '+56900000000';
async function says(who: { phone: string }, body: string, options: { eventId?: string; to?: string; optOutType?: 'STOP' | 'START' | 'HELP' } = {}): Promise<string> {
  const { eventId = randomUUID(), to = OURS, optOutType } = options;
  await receiveSms(context(), { provider: 'twilio-sms', eventId, providerId: eventId, from: who.phone, to, body, ...(optOutType === undefined ? {} : { optOutType }) });
  return eventId;
}

async function writes(who: { mail: string }, text: string, options: { eventId?: string; thread?: readonly string[]; authentic?: boolean; automatic?: boolean } = {}): Promise<string> {
  const { eventId = randomUUID(), thread = [], authentic = true, automatic = false } = options;
  await receiveMail(context(), { provider: 'sendgrid', eventId, from: who.mail, to: 'avisos@pacto.example.org', subject: 'Re: aviso', text, attachments: 0, thread, authentic, automatic });
  return eventId;
}

const replies = (eventId: string): Promise<Row<'reply'>[]> => opened.db.selectFrom('reply').selectAll().where('event_id', '=', eventId).orderBy('addressed', 'desc').execute();
async function replyTo(eventId: string): Promise<Row<'reply'>> {
  const [row] = await replies(eventId);
  if (row === undefined) throw new Error('The message was not taken.');
  return row;
}
const view = async ({ agreementId }: { agreementId: string }) => viewOf((await loadState(opened.db, agreementId)).state);
const kinds = async ({ agreementId }: Debtor) => (await eventsOf(opened.db, agreementId)).map(({ kind }) => kind);
const handled = async ({ agreementId }: Debtor) => (await readTimeline(opened.db, agreementId)).filter(({ kind }) => kind === 'replyHandled').map(({ outcome }) => outcome);
const denied = async ({ personId }: Debtor) => (await contactPointsOf(opened.db, personId)).flatMap(({ consent }) => Object.entries(consent).filter(([, state]) => state === 'denied').map(([channel]) => channel)).sort();

test('who says that it is paid has five business days for the proof; then collection goes on by itself', async () => {
  const who = await debtor();
  const row = await replyTo(await says(who, 'Hola, ya pagué ayer por transferencia'));
  expect(row).toMatchObject({ class: 'alreadyPaid', did: 'proofAwaited', inbox: 'proof', state: 'open', answer: 'proof', answer_state: 'wanted', agreement_id: who.agreementId });
  expect((await view(who)).holdUntil).toBe(at('2026-03-24', 0));
  expect(await kinds(who)).toEqual(['replyReceived', 'held']);
  expect(await outboxOf(opened.db, (await loadState(opened.db, who.agreementId)).row.workflow_id)).toEqual(['replyReceived', 'factBooked']);
});

test('the creditor says how many days a proof may take', async () => {
  const who = await debtor({ creditorId: 'patient' });
  await opened.db.updateTable('creditor').set({ settings: json({ replies: { proofDays: 10 } }) }).where('id', '=', 'patient').execute();
  await says(who, 'ya pagué');
  expect((await view(who)).holdUntil).toBe(at('2026-03-31', 0));
});

test('a promise with a day within the limits is taken: what was said, or what is due by then', async () => {
  const who = await debtor();
  const row = await replyTo(await says(who, 'Pago el viernes'));
  expect(row).toMatchObject({ class: 'willPay', said_date: '2026-03-20', did: 'promised', inbox: null, state: 'done', answer: 'promised' });
  expect((await view(who)).promises).toMatchObject([{ amountMinor: 90_000, dueOn: '2026-03-20' }]);
  await says(who, 'si, pago el viernes');
  expect((await view(who)).promises).toHaveLength(1);
  const other = await debtor();
  await says(other, 'el viernes pago 30.000 pesos');
  expect((await view(other)).promises).toMatchObject([{ amountMinor: 30_000 }]);
});

test('a promise beyond the limits goes to a person, and the debtor is told', async () => {
  const who = await debtor();
  expect(await replyTo(await says(who, 'voy a pagar el 15 de junio'))).toMatchObject({ class: 'willPay', did: 'promiseRefused', inbox: 'promise', state: 'open', answer: 'promiseRefused' });
  expect((await view(who)).promises).toEqual([]);
});

test('a wish for other terms silences nothing', async () => {
  const who = await debtor();
  expect(await replyTo(await says(who, '¿puedo pagar en más cuotas?'))).toMatchObject({ class: 'askTerms', did: 'termsAsked', inbox: 'terms', answer: 'terms' });
  expect(await kinds(who)).toEqual(['replyReceived']);
});

test('hardship goes to a person; it rests only where the creditor says so', async () => {
  const who = await debtor();
  expect(await replyTo(await says(who, 'no puedo pagar, estoy sin trabajo'))).toMatchObject({ class: 'cannotPay', did: 'hardship', inbox: 'hardship' });
  expect((await view(who)).holdUntil).toBeNull();
  const kind = await debtor({ creditorId: 'kind' });
  await opened.db.updateTable('creditor').set({ settings: json({ replies: { hardshipHoldDays: 7 } }) }).where('id', '=', 'kind').execute();
  expect(await replyTo(await says(kind, 'no puedo pagar, estoy sin trabajo'))).toMatchObject({ did: 'hardshipHeld' });
  expect((await view(kind)).holdUntil).toBe(NOW + 7 * 86_400_000);
});

test('a call is booked at the wished hour, or goes to a person when nobody is free', async () => {
  const alone = await debtor();
  expect(await replyTo(await says(alone, 'llámenme mañana a las 11'))).toMatchObject({ class: 'callMe', did: 'callWanted', inbox: 'callback', answer: 'callWanted' });
  const who = await debtor({ creditorId: 'staffed' });
  await seedAgent(opened.db, 'agent-replies', ['staffed']);
  expect(await replyTo(await says(who, 'llámenme mañana a las 11'))).toMatchObject({ did: 'callBooked', inbox: null, answer: 'callBooked' });
  expect(await opened.db.selectFrom('callback').select(['from_at', 'agent_id']).where('agreement_id', '=', who.agreementId).execute()).toEqual([{ from_at: at('2026-03-17', 11), agent_id: 'agent-replies' }]);
  expect(await replyTo(await says(who, 'LLAMAR'))).toMatchObject({ did: 'callStands', inbox: null });
  // No slot of the shifts, and no lawful hour.
  const late = await debtor({ creditorId: 'staffed' });
  expect(await replyTo(await says(late, 'llámenme mañana a las 22:00'))).toMatchObject({ did: 'callWanted', inbox: 'callback' });
});

test('NO SOY puts the number aside, and the other addresses stay', async () => {
  const who = await debtor();
  expect(await replyTo(await says(who, 'NO SOY'))).toMatchObject({ class: 'wrongPerson', did: 'quarantined', inbox: 'wrongPerson', answer: null });
  expect((await contactPointById(opened.db, who.phoneId))?.health).toBe('quarantined');
  expect((await contactPointById(opened.db, who.emailId))?.health).toBe('valid');
});

test('a dispute opens a case with its text for every agreement that our message spoke of, and one is enough', async () => {
  const who = await debtor();
  const second = await seedAgreement(opened.db, who);
  const unspoken = await seedAgreement(opened.db, who);
  await wrote(who, NOW - 86_400_000, { about: [second, who.agreementId] });
  const row = await replyTo(await says(who, 'no reconozco esa deuda'));
  expect(row).toMatchObject({ class: 'dispute', did: 'disputed', inbox: 'dispute', agreement_id: second });
  const cases = await opened.db.selectFrom('dispute').select(['agreement_id', 'reason', 'text']).where('agreement_id', 'in', [who.agreementId, second, unspoken]).execute();
  expect(cases.map(({ agreement_id: id }) => id).sort()).toEqual([who.agreementId, second].sort());
  expect(cases[0]).toMatchObject({ reason: 'reply', text: 'no reconozco esa deuda' });
  expect((await view(who)).disputes).toHaveLength(1);
  expect(await replyTo(await says(who, 'no reconozco esa deuda!'))).toMatchObject({ did: 'disputeStands' });
  expect((await view(who)).disputes).toHaveLength(1);
});

test('news of a death let everything of this creditor rest and end nothing; a longer rest stays', async () => {
  const who = await debtor();
  const second = await seedAgreement(opened.db, who);
  expect(await replyTo(await says(who, 'el titular falleció'))).toMatchObject({ class: 'deceased', did: 'reviewHeld', inbox: 'deceased', answer: null });
  expect([(await view(who)).holdUntil, (await view({ agreementId: second })).holdUntil]).toEqual([NOW + 30 * 86_400_000, NOW + 30 * 86_400_000]);
  expect(await opened.db.selectFrom('stop').select('id').where('identity_id', '=', who.identityId).execute()).toEqual([]);
  await says(who, 'ya pagué');
  expect((await view(who)).holdUntil).toBe(NOW + 30 * 86_400_000);
});

test('help is answered, thanks are not, and what is not understood is read by a person', async () => {
  const who = await debtor();
  expect(await replyTo(await says(who, '¿quién es?'))).toMatchObject({ class: 'help', inbox: null, state: 'done', answer: 'help' });
  expect(await replyTo(await says(who, 'muchas gracias'))).toMatchObject({ class: 'thanks', did: 'nothing', inbox: null, answer: null });
  expect(await replyTo(await says(who, 'el perro come pasto'))).toMatchObject({ class: 'unknown', did: 'forwarded', inbox: 'unclear', state: 'open', answer: null });
});

test('an unsure reading goes to a person instead of acting; an opt-out always acts', async () => {
  const who = await debtor({ creditorId: 'careful' });
  await opened.db.updateTable('creditor').set({ settings: json({ replies: { minConfidence: 1 } }) }).where('id', '=', 'careful').execute();
  expect(await replyTo(await says(who, 'ya pagué'))).toMatchObject({ class: 'alreadyPaid', did: 'forwarded', inbox: 'unsure' });
  expect((await view(who)).holdUntil).toBeNull();
  expect(await replyTo(await says(who, 'por favor dejen de escribirme'))).toMatchObject({ class: 'optOut', did: 'optedOut' });
  expect(await denied(who)).toContain('sms');
});

test('in words, too, an opt-out holds at every creditor with this phone; what else is said, at the one that wrote last', async () => {
  const one = await debtor();
  const other = await debtor({ creditorId: 'otro', phone: one.phone });
  await wrote(one, NOW - 2 * 86_400_000);
  await wrote(other, NOW - 86_400_000);
  const paid = await says(one, 'ya pagué');
  expect((await replies(paid)).map((row) => row.person_id)).toEqual([other.personId]);
  expect([(await view(one)).holdUntil, (await view(other)).holdUntil]).toEqual([null, at('2026-03-24', 0)]);
  const stop = await says(one, 'no me escriban más por favor');
  expect([await denied(one), await denied(other)]).toEqual([['call', 'sms'], ['call', 'sms']]);
  // The words were written to one of them, and the other does not read them.
  expect((await replies(stop)).map((row) => [row.person_id, row.addressed, row.body])).toEqual([[other.personId, true, 'no me escriban más por favor'], [one.personId, false, null]]);
});

test('a creditor with a number of its own is meant by what is sent to that number', async () => {
  const one = await debtor({ creditorId: 'numbered' });
  await opened.db.updateTable('creditor').set({ settings: json({ senders: { smsFrom: '+56911111111' } }) }).where('id', '=', 'numbered').execute();
  const other = await debtor({ phone: one.phone });
  await wrote(other, NOW - 3_600_000);
  expect((await replyTo(await says(one, 'ya pagué', { to: '+56911111111' }))).person_id).toBe(one.personId);
  expect((await replyTo(await says(one, 'ya pagué', { to: OURS }))).person_id).toBe(other.personId);
});

test('a number that nobody has, and one whose owner cannot be told, wait for a person without a creditor', async () => {
  const stranger = await replyTo(await says({ phone: '+56999999999' }, 'ya pagué'));
  expect(stranger).toMatchObject({ inbox: 'unmatched', creditor_id: null, person_id: null, body: 'ya pagué', state: 'open' });
  const one = await debtor();
  const other = await debtor({ creditorId: 'otro', phone: one.phone });
  expect(await replyTo(await says(one, 'ya pagué'))).toMatchObject({ inbox: 'unmatched', person_id: null });
  expect([(await view(one)).holdUntil, (await view(other)).holdUntil]).toEqual([null, null]);
});

test.each(['ya pagué y no me escriban más', 'ya pagué'])('the same message again, also after a crash before it was noted, does nothing: %s', async (text) => {
  const one = await debtor();
  const other = await debtor({ creditorId: 'otro', phone: one.phone });
  await wrote(one, NOW - 86_400_000);
  const eventId = await says(one, text);
  const state = async () => [await kinds(one), await kinds(other), await replies(eventId), await denied(one), await denied(other), await readTimeline(opened.db, one.agreementId)];
  const before = await state();
  await opened.db.deleteFrom('provider_event').where('event_id', '=', eventId).execute();
  // Meanwhile the other creditor wrote: the message is still the first one's.
  await wrote(other, NOW - 1_000);
  clock.set(NOW + 60_000);
  await says(one, text, { eventId });
  expect(await state()).toEqual(before);
  await says(one, text, { eventId });
  expect(await state()).toEqual(before);
});

test('at once from two processes, a message acts once', async () => {
  const who = await debtor();
  const eventId = randomUUID();
  await Promise.all(Array.from({ length: 4 }, () => says(who, 'no reconozco esa deuda', { eventId })));
  expect(await replies(eventId)).toHaveLength(1);
  expect(await kinds(who)).toEqual(['replyReceived', 'disputed']);
});

test('ALTA allows again only what the person had stopped themselves', async () => {
  const who = await debtor();
  expect(await replyTo(await says(who, 'ALTA'))).toMatchObject({ class: 'optIn', did: 'forwarded', inbox: 'optIn' });
  await says(who, 'BAJA');
  expect(await denied(who)).toEqual(['call', 'sms']);
  expect(await replyTo(await says(who, 'ALTA'))).toMatchObject({ did: 'optedIn', inbox: null });
  expect(await denied(who)).toEqual(['call']);
  const never = await debtor();
  await opened.db.updateTable('consent').set({ state: 'denied' }).where('contact_point_id', '=', never.phoneId).execute();
  expect(await replyTo(await says(never, 'ALTA'))).toMatchObject({ did: 'forwarded', inbox: 'optIn' });
  expect(await denied(never)).toEqual(['call', 'sms']);
});

test('what Twilio has answered itself gets no second answer', async () => {
  const who = await debtor();
  expect(await replyTo(await says(who, 'INFO', { optOutType: 'HELP' }))).toMatchObject({ class: 'help', answer: null, answer_state: null });
  await says(who, 'cualquier cosa', { optOutType: 'STOP' });
  expect(await denied(who)).toEqual(['call', 'sms']);
});

test('a mail belongs to the message that it answers, whichever creditor wrote last', async () => {
  const one = await debtor();
  const other = await debtor({ creditorId: 'otro', mail: one.mail });
  const first = await wrote(one, NOW - 5 * 86_400_000, { channel: 'email' });
  await wrote(other, NOW - 86_400_000, { channel: 'email', providerId: 'SgId.1' });
  expect((await replyTo(await writes(one, 'ya pagué', { thread: [first] }))).person_id).toBe(one.personId);
  expect((await replyTo(await writes(one, 'ya pagué', { thread: ['SgId.1'] }))).person_id).toBe(other.personId);
  expect((await replyTo(await writes(one, 'ya pagué'))).person_id).toBe(other.personId);
});

test('who answers our mail from another address stops it, and no more', async () => {
  const who = await debtor();
  const id = await wrote(who, NOW - 86_400_000, { channel: 'email' });
  const elsewhere = { mail: 'trabajo@example.org' };
  expect(await replyTo(await writes(elsewhere, 'no reconozco la deuda', { thread: [id] }))).toMatchObject({ person_id: who.personId, did: 'forwarded', inbox: 'otherAddress' });
  expect((await view(who)).disputes).toEqual([]);
  await writes(elsewhere, 'no me escriban más', { thread: [id] });
  expect(await denied(who)).toEqual(['email']);
});

test('a mail that may come from anybody waits for a person, and one that a machine wrote is not read', async () => {
  const who = await debtor();
  expect(await replyTo(await writes(who, 'ya pagué', { authentic: false }))).toMatchObject({ did: 'forwarded', inbox: 'unverified' });
  expect((await view(who)).holdUntil).toBeNull();
  const automatic = await writes(who, 'ya pagué, estoy de vacaciones', { automatic: true });
  expect(await replies(automatic)).toEqual([]);
  await writes(who, 'baja', { authentic: false });
  expect(await denied(who)).toEqual(['email']);
});

test('of what is over, nothing is collected: a word about it goes to a person', async () => {
  const who = await debtor();
  await opened.db.updateTable('agreement').set({ phase: 'settled' }).where('id', '=', who.agreementId).execute();
  expect(await replyTo(await says(who, 'no reconozco esa deuda'))).toMatchObject({ did: 'forwarded', inbox: 'over', agreement_id: who.agreementId });
});

test('erased with the person: what they wrote, also before their number was known to be theirs', async () => {
  const phone = '+56988887777';
  const early = await says({ phone }, 'soy la Marisol de Temuco');
  const who = await debtor({ phone });
  const late = await says(who, 'ya pagué, soy la Marisol');
  await opened.db.updateTable('agreement').set({ phase: 'closed' }).where('id', '=', who.agreementId).execute();
  await erasePerson(context(), ADMIN, who.personId, erasureBody.parse({}));
  const left = [...await replies(early), ...await replies(late), ...await opened.db.selectFrom('provider_event').selectAll().where('event_id', 'in', [early, late]).execute()];
  expect(JSON.stringify(left)).not.toMatch(/Marisol|Temuco|8888/);
  expect(await replyTo(late)).toMatchObject({ body: null, answer_state: 'dropped', class: 'alreadyPaid' });
});

test('words that belong to nobody are kept for a year', async () => {
  const old = await says({ phone: '+56912121212' }, 'hola desde lejos');
  clock.set(NOW + 364 * 86_400_000);
  const fresh = await says({ phone: '+56912121212' }, 'hola otra vez');
  const who = await debtor();
  const known = await says(who, 'ya pagué');
  const forget = (now: number) => opened.db.transaction().execute((trx) => forgetUnmatched(trx, now - 365 * 86_400_000));
  await forget(NOW + 365 * 86_400_000);
  expect((await replyTo(old)).body).toBe('hola desde lejos');
  await forget(NOW + 365 * 86_400_000 + 1);
  expect([(await replyTo(old)).body, (await replyTo(fresh)).body, (await replyTo(known)).body]).toEqual([null, 'hola otra vez', 'ya pagué']);
  expect(await opened.db.selectFrom('provider_event').select('payload').where('event_id', '=', old).executeTakeFirstOrThrow()).toEqual({ payload: {} });
});

/** What may arrive in one morning: each text as one message, each message perhaps more than once. */
const MORNING = ['ya pagué', 'pago el viernes', 'pago el jueves', 'no reconozco esa deuda', 'el titular falleció', 'no me escriban más', 'NO SOY', 'no puedo pagar, estoy sin trabajo', '¿quién es?', 'muchas gracias', 'xyz'];

test('the same messages in any order, as often as they may come, leave the same state', async () => {
  const arrive = async (order: readonly number[]) => {
    const one = await debtor();
    const other = await debtor({ creditorId: 'otro', phone: one.phone });
    await wrote(one, NOW - 3_600_000);
    const ids = MORNING.map(() => randomUUID());
    for (const index of order) await says(one, MORNING[index] ?? '', { eventId: ids[index] ?? '' });
    const { holdUntil, disputes, optedOut, promises } = await view(one);
    const rows = await opened.db.selectFrom('reply').select(['class', 'did', 'inbox', 'addressed']).where('event_id', 'in', ids).execute();
    return {
      holdUntil, disputes: disputes.length, optedOut: optedOut.toSorted(), promises: promises.map(({ dueOn, amountMinor }) => `${dueOn} ${amountMinor}`).toSorted(), silent: [await denied(one), await denied(other)],
      health: (await contactPointById(opened.db, one.phoneId))?.health, untouched: await kinds(other), replies: rows.map((row) => JSON.stringify(row)).toSorted(),
    };
  };
  const straight = await arrive([...MORNING.keys()]);
  expect(straight).toMatchObject({ holdUntil: NOW + 30 * 86_400_000, disputes: 1, promises: ['2026-03-19 90000', '2026-03-20 90000'], silent: [['call', 'sms'], ['call', 'sms']], health: 'quarantined', untouched: ['optedOut', 'optedOut'] });
  await fc.assert(fc.asyncProperty(
    fc.shuffledSubarray([...MORNING.keys(), ...MORNING.keys(), ...MORNING.keys()], { minLength: MORNING.length }).filter((order) => new Set(order).size === MORNING.length),
    async (order) => {
      expect(await arrive(order)).toEqual(straight);
    },
  ), { numRuns: 4 });
});

test('the timeline says what a reply brought about and not a word of it, and its chain holds', async () => {
  const who = await debtor();
  await says(who, 'Marisol ya pagué en Temuco');
  const entries = await readTimeline(opened.db, who.agreementId);
  expect(await handled(who)).toEqual(['proofAwaited']);
  expect(JSON.stringify(entries)).not.toMatch(/Marisol|Temuco/);
  expect(verifyChain(entries)).toEqual([]);
});
