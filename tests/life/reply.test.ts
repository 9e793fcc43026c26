/** What a debtor answers through the provider, in a living Pacto: the run hears of it, and what should be silent is. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answeringActor } from '../../src/sandbox/clock/wire.ts';
import { installedSending } from '../../src/register/sending/installed.ts';
import { loadConfig } from '../../src/config.ts';
import { at, openOffice, PATIENCE, type Debtor, type Office } from './office.ts';

let office: Office;

beforeAll(async () => {
  office = await openOffice('acme-replies', {
    startAt: Date.parse('2027-01-04T14:00:00Z'),
    actors: ({ ctx, providerUrl }) => [answeringActor(installedSending(loadConfig({
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'token', TWILIO_FROM: '+56229380000', TWILIO_BASE_URL: providerUrl, SENDGRID_API_KEY: 'SG.x', SENDGRID_FROM: 'a@pacto.example.org', SENDGRID_BASE_URL: providerUrl,
    }), ctx))],
  });
});
afterAll(() => office.pacto.stop());

async function replies(debtor: Debtor, body: string): Promise<void> {
  const answer = await fetch(`${office.pacto.providerUrl}/__reply`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ from: debtor.phone, body }) });
  expect(await answer.json()).toMatchObject({ webhookStatus: 200 });
}

test('who says that it is paid is left in peace until the proof is due, and who says no more gets no more', async () => {
  const instalments = [{ number: 1, dueOn: '2027-01-08', amountMinor: 45_990 }];
  const [paid, stopped, silent] = [await office.debtor('R-paid', { instalments }), await office.debtor('R-stop', { instalments }), await office.debtor('R-none', { instalments })];
  await office.pacto.advanceTo(at('2027-01-11', '12:00'));
  const before = async (debtor: Debtor) => (await office.messages(debtor)).length;
  const count = { paid: await before(paid), stopped: await before(stopped), silent: await before(silent) };
  expect(count.paid).toBeGreaterThan(0);
  await replies(paid, 'Hola, ya pagué el viernes por transferencia');
  await replies(stopped, 'por favor no me escriban más a este número');
  await expect.poll(async () => (await office.run(paid)).view.holdUntil, PATIENCE).toBe(at('2027-01-19', '00:00'));
  await expect.poll(async () => (await office.run(stopped)).state.events.map(({ kind }) => kind), PATIENCE).toEqual(expect.arrayContaining(['replyReceived', 'optedOut']));
  await office.pacto.advanceTo(at('2027-01-18', '20:00'));
  const since = async (debtor: Debtor, from: number) => (await office.messages(debtor)).slice(from).map(({ text }) => text);
  // The one answer, and nothing else; meanwhile whoever said nothing is reminded.
  expect(await since(paid, count.paid)).toEqual([expect.stringMatching(/gracias por su respuesta/)]);
  expect((await office.messages(stopped)).slice(count.stopped).filter(({ channel }) => channel === 'sms')).toEqual([]);
  expect((await since(silent, count.silent)).length).toBeGreaterThan(0);
  await office.pacto.advanceTo(at('2027-01-26', '20:00'));
  expect((await since(paid, count.paid)).length).toBeGreaterThan(1);
  expect(await office.pacto.call('GET', '/v1/inbox?kind=proof')).toMatchObject({ body: { items: [{ agreementId: paid.id, class: 'alreadyPaid', state: 'open' }] } });
  expect((await office.audit()).findings).toEqual([]);
});
