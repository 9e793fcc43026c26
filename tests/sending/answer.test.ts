/** What is answered to a reply by itself: once, within the law, and never to who asked for silence. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { audit } from '../../src/register/audit/audit.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { wallNow } from '../../src/clock.ts';
import { nextAnswer } from '../../src/db/replies.ts';
import { receiveMail, receiveSms } from '../../src/register/inbound.ts';
import { optOut, optOutBody } from '../../src/register/opt-out.ts';
import { sendAnswers } from '../../src/register/sending/answer.ts';
import { reconcileUnknown } from '../../src/register/sending/reconcile.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { ADMIN } from '../register/ledger.ts';
import { at, seedPerson, type SeededPerson } from '../register/seed.ts';
import { MISSED_AT, openDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() => {
  desk.clock.set(MISSED_AT);
  desk.journal.splice(0);
});

interface Debtor extends SeededPerson {
  readonly phone: string;
  readonly mail: string;
  readonly agreementId: string;
}

let numbers = 0;
async function debtor(): Promise<Debtor> {
  const person = await seedPerson(desk.db);
  numbers += 1;
  const [phone, mail] = [`+5698000${String(numbers).padStart(4, '0')}`, `ana.${numbers}@example.org`];
  await desk.db.updateTable('contact_point').set({ value: phone }).where('id', '=', person.phoneId).execute();
  await desk.db.updateTable('contact_point').set({ value: mail }).where('id', '=', person.emailId).execute();
  return { ...person, phone, mail, agreementId: await desk.agreement(person) };
}

const says = (who: Debtor, body: string, eventId = randomUUID()) => receiveSms(desk.ctx, { provider: 'twilio-sms', eventId, providerId: eventId, from: who.phone, to: '+56900000000', body });
const sent = () => desk.journal.map((one) => (one.channel === 'sms' ? one.body : one.text));
const states = async ({ personId }: Debtor) => (await desk.db.selectFrom('reply').select('answer_state').where('person_id', '=', personId).orderBy('at').orderBy('id').execute()).map((row) => row.answer_state);

test('one answer to one message, with a page of its own, in the ledger and in the timeline', async () => {
  const who = await debtor();
  await says(who, '¿quién es?');
  expect(await sendAnswers(desk.deps)).toBe(1);
  expect(await sendAnswers(desk.deps)).toBe(0);
  expect(sent()).toEqual([expect.stringMatching(/^Acme: tenemos un mensaje para usted\. .* https:\/\/pacto\.example\.org\/d\/[\w-]+ \. .* BAJA para no recibir SMS\.$/)]);
  expect(desk.journal[0]?.to).toBe(who.phone);
  const [attempt] = await desk.attempts(who.agreementId);
  expect(attempt).toMatchObject({ state: 'sent', purpose: 'transactional', template: 'reply-answer' });
  const token = /\/d\/([\w-]+)/.exec(sent()[0] ?? '')?.[1] ?? '?';
  expect(JSON.stringify(attempt?.rendered)).not.toContain(token);
  expect((await readTimeline(desk.db, who.agreementId)).map(({ kind }) => kind)).toEqual(['replyReceived', 'replyHandled', 'replyAnswered']);
});

test('a second message of the same day gets no second answer; the next day one does', async () => {
  const who = await debtor();
  await says(who, '¿quién es?');
  await sendAnswers(desk.deps);
  await says(who, '¿puedo pagar en más cuotas?');
  await sendAnswers(desk.deps);
  expect(sent()).toHaveLength(1);
  expect(new Set(await states(who))).toEqual(new Set(['dropped', 'made']));
  desk.clock.set(at('2026-03-06', 10));
  await says(who, '¿puedo pagar en más cuotas?');
  await sendAnswers(desk.deps);
  expect(sent()).toHaveLength(2);
});

test('a promise is confirmed with its day, and no amount', async () => {
  const who = await debtor();
  await says(who, 'pago el martes 30.000');
  await sendAnswers(desk.deps);
  expect(sent()[0]).toMatch(/anotamos el martes 10 de marzo/);
  expect(sent()[0]).not.toMatch(/30|\$/);
});

test('at night it waits for the lawful hour, and after a day nobody expects it', async () => {
  const who = await debtor();
  desk.clock.set(at('2026-03-05', 23));
  await says(who, '¿quién es?');
  expect(await sendAnswers(desk.deps)).toBe(0);
  const morning = await nextAnswer(desk.db);
  expect(morning).toBe(at('2026-03-06', 8));
  expect(await sendAnswers(desk.deps, (morning ?? 0) - 1)).toBe(0);
  expect(await sendAnswers(desk.deps, morning ?? 0)).toBe(1);
  const late = await debtor();
  // Saturday night: on Sunday nobody is written to, and Monday is more than a day away.
  desk.clock.set(at('2026-03-07', 21));
  await says(late, '¿quién es?');
  await sendAnswers(desk.deps);
  expect(await states(late)).toEqual(['dropped']);
  expect(await nextAnswer(desk.db)).toBeNull();
});

test('who asked for silence gets none, not even the answer that waited', async () => {
  const who = await debtor();
  await says(who, 'no me escriban más');
  expect(await nextAnswer(desk.db)).toBeNull();
  const other = await debtor();
  await says(other, '¿quién es?');
  await optOut(desk.ctx, ADMIN, other.personId, optOutBody.parse({ scope: 'creditor' }));
  await sendAnswers(desk.deps);
  expect(sent()).toEqual([]);
  expect(await states(other)).toEqual(['dropped']);
});

test('a mail is answered by mail, to where it came from, with a link that stops', async () => {
  const who = await debtor();
  await receiveMail(desk.ctx, { provider: 'sendgrid', eventId: randomUUID(), from: who.mail, to: 'avisos@pacto.example.org', subject: 'Re', text: 'no reconozco esta deuda', attachments: 0, thread: [], authentic: true, automatic: false });
  await sendAnswers(desk.deps);
  const [mail] = desk.journal;
  expect(mail).toMatchObject({ channel: 'email', to: who.mail, subject: 'Respuesta de Acme', listUnsubscribe: { url: expect.stringContaining('/u/') } });
});

test('a provider that surely took nothing is asked again later; one that may have is not', async () => {
  const who = await debtor();
  await says(who, '¿quién es?');
  desk.answers.sms.push({ kind: 'retry', code: 'http429' });
  expect(await sendAnswers(desk.deps)).toBe(0);
  desk.clock.set(MISSED_AT + 15 * 60_000);
  desk.answers.sms.push({ kind: 'unknown', code: 'timeout' });
  expect(await sendAnswers(desk.deps)).toBe(1);
  desk.clock.set(MISSED_AT + 3_600_000);
  expect(await sendAnswers(desk.deps)).toBe(0);
  expect((await desk.attempts(who.agreementId)).map(({ state }) => state)).toEqual(['rejected', 'unknown']);
});

test('a worker that dies in the call leaves one attempt, and nobody answers again', async () => {
  const who = await debtor();
  await says(who, '¿quién es?');
  desk.during = () => Promise.reject(new Error('killed'));
  const dying = { ...desk.deps, ctx: { ...desk.ctx } };
  await sendAnswers(dying);
  desk.during = () => Promise.resolve();
  await reconcileUnknown({ ...desk.deps, leaseMs: 0 });
  expect(await sendAnswers(desk.deps)).toBe(0);
  expect(await desk.attempts(who.agreementId)).toHaveLength(1);
});

test('two workers at once answer once', async () => {
  const who = await debtor();
  await says(who, '¿quién es?');
  await Promise.all([sendAnswers(desk.deps), sendAnswers(desk.deps), sendAnswers(desk.deps)]);
  expect(sent()).toHaveLength(1);
});

test('the audit finds every answer lawful and its end known', async () => {
  const report = await audit(desk.ctx, { policies: shippedPolicies('2026c'), wallNow: () => wallNow() + 61_000 });
  expect(report.attempts).toBeGreaterThan(5);
  expect(report.findings.filter(({ counter }) => counter !== 'lost')).toEqual([]);
});
