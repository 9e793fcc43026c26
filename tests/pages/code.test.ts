import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sql } from 'kysely';
import { wallNow } from '../../src/clock.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { sendCode } from '../../src/register/sending/code.ts';
import { applyReceipt } from '../../src/register/sending/receipts.ts';
import { reconcileUnknown } from '../../src/register/sending/reconcile.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { at } from '../register/seed.ts';
import { MISSED_AT } from '../sending/desk.ts';
import { cookieOf, open, openRig, post, reach, type Reached, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig({ sendCode: (desk) => (linkId, language) => sendCode(desk.deps, linkId, language) });
});
afterAll(() => rig.close());
beforeEach(() => rig.desk.clock.set(MISSED_AT));

const without = (channel: 'sms' | 'email' = 'sms'): Promise<Reached> => reach(rig, { channel, nationalId: null });

/** The code in the last message that left. */
function lastCode(): string {
  const sent = rig.desk.journal.at(-1);
  return /\b(\d{6})\b/.exec(sent?.channel === 'sms' ? sent.body : (sent?.text ?? ''))?.[1] ?? '';
}

test.each(['sms', 'email'] as const)('whoever has no known id is sent a code by %s, and it opens the page once', async (channel) => {
  const reached = await without(channel);
  const door = await open(rig, `/d/${reached.token}`);
  expect(door.body).toContain('Envíenme un código');
  expect(door.body).not.toContain('name="digits"');
  const asked = await post(rig, `/d/${reached.token}`, { do: 'sendCode' });
  expect(asked).toMatchObject({ statusCode: 200, body: expect.stringContaining('Código de 6 números') });
  const sent = rig.desk.journal.at(-1);
  expect(sent?.channel).toBe(channel);
  expect(sent?.channel === 'sms' ? sent.body : sent?.text).not.toMatch(/Zulema|\$|cuota|pago|deuda|acuerdo/i);
  const code = lastCode();
  const passed = await post(rig, `/d/${reached.token}`, { code });
  expect(passed.statusCode).toBe(303);
  expect((await open(rig, `/d/${reached.token}`, { cookie: cookieOf(passed) })).body).toContain('Hola, Zulema');
  expect((await post(rig, `/d/${reached.token}`, { code })).statusCode).toBe(422);
});

test('a code proves a phone, not a person: nobody is confirmed by it', async () => {
  const reached = await without();
  await post(rig, `/d/${reached.token}`, { do: 'sendCode' });
  await post(rig, `/d/${reached.token}`, { code: lastCode() });
  expect(await rig.desk.db.selectFrom('person').select('confirmed_at').where('id', '=', reached.person.personId).executeTakeFirst()).toEqual({ confirmed_at: null });
});

test('the ledger has it as a contact of its own, and neither the code nor a hash that fits elsewhere', async () => {
  const reached = await without();
  await post(rig, `/d/${reached.token}`, { do: 'sendCode' });
  const attempt = (await rig.desk.attempts(reached.agreementId)).at(-1);
  expect(attempt).toMatchObject({ state: 'sent', purpose: 'transactional', template: 'page-code', rendered: { body: expect.stringContaining('******') } });
  const code = lastCode();
  const stored = JSON.stringify([attempt, await rig.desk.db.selectFrom('factor_code').selectAll().execute(), await readTimeline(rig.desk.db, reached.agreementId)]);
  expect(stored).not.toContain(code);
  expect((await readTimeline(rig.desk.db, reached.agreementId)).map(({ kind }) => kind)).toContain('codeSent');
});

test('three an hour, and not at night', async () => {
  const reached = await without();
  const answers = [];
  for (let n = 0; n < 4; n += 1) answers.push(await post(rig, `/d/${reached.token}`, { do: 'sendCode' }));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 503]);
  const other = await without();
  rig.desk.clock.set(at('2026-03-05', 22));
  const before = rig.desk.journal.length;
  expect(await post(rig, `/d/${other.token}`, { do: 'sendCode' })).toMatchObject({ statusCode: 503, body: expect.stringContaining('Ahora no podemos enviar el código') });
  expect(rig.desk.journal.length).toBe(before);
});

test('a code that is over, or another link\'s, opens nothing', async () => {
  const [one, other] = [await without(), await without()];
  await post(rig, `/d/${one.token}`, { do: 'sendCode' });
  const code = lastCode();
  expect((await post(rig, `/d/${other.token}`, { code })).statusCode).toBe(422);
  await sql`update factor_code set until_wall = clock_timestamp() - interval '1 second'`.execute(rig.desk.db);
  expect((await post(rig, `/d/${one.token}`, { code })).statusCode).toBe(422);
});

test('who has an id is asked for its digits: no code is sent instead', async () => {
  const reached = await reach(rig);
  expect((await open(rig, `/d/${reached.token}`)).body).not.toContain('Envíenme un código');
  const before = rig.desk.journal.length;
  await post(rig, `/d/${reached.token}`, { do: 'sendCode' });
  expect(rig.desk.journal.length).toBe(before);
});

test('a provider that refuses leaves a calm page and a rejected attempt', async () => {
  const reached = await without();
  rig.desk.answers.sms.push({ kind: 'rejected', reason: 'badAddress', code: '21211' });
  expect((await post(rig, `/d/${reached.token}`, { do: 'sendCode' })).statusCode).toBe(503);
  expect((await rig.desk.attempts(reached.agreementId)).at(-1)).toMatchObject({ state: 'rejected', reason: 'provider.badAddress.21211' });
});

test('a code whose fate nobody knows, and one that was not delivered, trouble neither the agreement nor the audit', async () => {
  const [lost, undelivered] = [await without(), await without()];
  rig.desk.answers.sms.push({ kind: 'unknown', code: 'ETIMEDOUT' });
  expect((await post(rig, `/d/${lost.token}`, { do: 'sendCode' })).statusCode).toBe(200);
  await post(rig, `/d/${undelivered.token}`, { do: 'sendCode' });
  const sent = (await rig.desk.attempts(undelivered.agreementId)).at(-1);
  await applyReceipt(rig.desk.ctx, { eventId: `E-${String(sent?.id)}`, provider: 'twilio-sms', attemptId: sent?.id ?? '', status: 'undelivered', errorCode: '30003' });
  rig.desk.clock.set(MISSED_AT + 2 * 3_600_000);
  await reconcileUnknown(rig.desk.deps);
  expect((await rig.desk.attempts(lost.agreementId)).at(-1)).toMatchObject({ state: 'unknown', ended_at: expect.any(Number) });
  expect((await rig.desk.attempts(undelivered.agreementId)).at(-1)).toMatchObject({ state: 'undeliverable' });
  // There is no pump here: what it would hand on counts as handed on.
  await rig.desk.db.updateTable('outbox').set({ state: 'done' }).execute();
  const report = await audit(rig.desk.ctx, { policies: shippedPolicies('2026c'), wallNow: () => wallNow() + 61_000 });
  const own = new Set([lost.agreementId, undelivered.agreementId]);
  expect(report.findings.filter(({ agreementId }) => agreementId !== null && own.has(agreementId))).toEqual([]);
});
