/** The sandbox's memory: what it shows, and what a restart leaves of it. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import twilio from 'twilio';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ACCOUNT, clearFaults, emailOf, journal, MAILBOX, NOON, openRig, PHONE, postJson, setFault, smsOf, type Rig } from './rig.ts';

const DEADLINE = { timeoutMs: 2_000 };
let folder: string;
const open: Rig[] = [];

async function start(): Promise<Rig> {
  const rig = await openRig({ dataDir: folder });
  open.push(rig);
  return rig;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pacto-provider-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((rig) => rig.close()));
  await rm(folder, { recursive: true, force: true });
});

/** What a kill between two writes of the process leaves: the file up to and with the line that matches. */
async function cutAfter(pattern: RegExp): Promise<void> {
  const file = join(folder, 'provider-journal.jsonl');
  const lines = (await readFile(file, 'utf8')).split('\n');
  const last = lines.findIndex((line) => pattern.test(line));
  expect(last).toBeGreaterThanOrEqual(0);
  await writeFile(file, `${lines.slice(0, last + 1).join('\n')}\n`);
}

test('a kill right after a message was taken loses none of its receipts', async () => {
  const first = await start();
  await first.sendgrid.send(emailOf('a'), DEADLINE);
  await first.close();
  await cutAfter(/"kind":"message"/);

  const second = await start();
  await second.sandbox.run(NOON + 60_000);
  expect((await journal(second.sandbox))[0]?.events.map(({ status }) => status)).toEqual(['processed', 'delivered']);
});

test('a kill right after a callback that nobody took does not lose the next try', async () => {
  const first = await start();
  await first.sendgrid.send(emailOf('a'), DEADLINE);
  first.api.answer = 500;
  await first.sandbox.run(NOON + 2_000);
  await first.close();
  await cutAfter(/"kind":"event"/);

  const second = await start();
  await second.sandbox.run(NOON + 120_000);
  expect((await journal(second.sandbox))[0]?.events.map(({ status, told }) => [status, told])).toEqual([['processed', 500], ['delivered', 204], ['processed', 204]]);
});

test('it is asked by recipient, channel and attempt, a plus sign written either way', async () => {
  const rig = await start();
  await rig.sms.send(smsOf('a'), DEADLINE);
  await rig.sendgrid.send(emailOf('b'), DEADLINE);
  await rig.smtp.send(emailOf('c', { to: 'otra@correo.example' }), DEADLINE);
  const ids = async (query: Record<string, string>) => (await journal(rig.sandbox, query)).map((entry) => entry.attemptId);
  expect(await ids({})).toEqual(['a', 'b', 'c']);
  expect(await ids({ channel: 'email' })).toEqual(['b', 'c']);
  expect(await ids({ to: MAILBOX.toUpperCase() })).toEqual(['b']);
  expect(await ids({ to: PHONE, channel: 'email' })).toEqual([]);
  expect(await ids({ attempt: 'c' })).toEqual(['c']);
  const unescaped = await fetch(`${rig.sandbox.url}/__journal?to=${PHONE}`);
  expect(await unescaped.json()).toHaveLength(1);
});

test('messages, receipts still due, replies and faults outlive the process, half a line does not', async () => {
  const first = await start();
  await first.sms.send(smsOf('a'), DEADLINE);
  await first.smtp.send(emailOf('b'), DEADLINE);
  await first.sandbox.run(NOON + 2_000);
  await setFault(first.sandbox, { channel: 'sms', kind: '429', rate: 1 });
  const before = await journal(first.sandbox);
  await first.close();
  await appendFile(join(folder, 'provider-journal.jsonl'), '{"kind":"message","message":{"provi');

  const second = await start();
  expect(await journal(second.sandbox)).toEqual(before);
  expect(second.sandbox.nextReceiptAt()).toBe(NOON + 5_000);
  expect(await second.sms.send(smsOf('c'), DEADLINE)).toMatchObject({ kind: 'retry' });
  await clearFaults(second.sandbox);
  await second.sms.send(smsOf('d'), DEADLINE);
  await second.sandbox.run(NOON + 60_000);
  await second.close();

  const third = await start();
  expect((await journal(third.sandbox)).map((entry) => [entry.attemptId, entry.status])).toEqual([['a', 'delivered'], ['b', 'delivered'], ['d', 'delivered']]);
});

test('an SMS that nobody of ours sent stands in the journal without an attempt', async () => {
  const rig = await start();
  const response = await fetch(`${rig.sandbox.url}/2010-04-01/Accounts/${ACCOUNT.accountSid}/Messages.json`, { method: 'POST', body: new URLSearchParams({ To: PHONE, From: 'Forged', Body: 'hola' }) });
  expect(response.status).toBe(201);
  const stranger = twilio(`AC${'0'.repeat(32)}`, 'whatever');
  stranger.api.baseUrl = rig.sandbox.url;
  await stranger.messages.create({ to: PHONE, from: '+56228820002', body: 'hola' });
  expect((await journal(rig.sandbox)).map((entry) => entry.attemptId)).toEqual([null, null]);
});

test('Twilio’s list is paged, newest first, of one account, and knows dates only of what has left', async () => {
  const rig = await start();
  for (const attempt of ['1', '2', '3']) {
    await rig.sms.send(smsOf(attempt, { body: attempt }), DEADLINE);
    rig.time.now += 60_000;
  }
  await rig.sandbox.run(NOON + 61_000);
  const client = twilio(ACCOUNT.accountSid, ACCOUNT.authToken);
  client.api.baseUrl = rig.sandbox.url;
  expect((await client.messages.list({ to: PHONE, pageSize: 2 })).map((message) => message.body)).toEqual(['3', '2', '1']);
  expect((await client.messages.list({ to: PHONE, dateSentAfter: new Date(NOON - 60_000) })).map((message) => message.body)).toEqual(['1']);
  expect(await client.messages.list({ to: '+56961111111' })).toEqual([]);
  await expect(twilio(ACCOUNT.accountSid, 'wrong', { httpClient: client.httpClient }).messages.list()).rejects.toThrow();
});

test('faults that make no sense are refused and named', async () => {
  const rig = await start();
  const refused = async (fault: Record<string, unknown>) => postJson(`${rig.sandbox.url}/__faults`, fault);
  expect(await refused({ channel: 'sms', kind: 'slow' })).toMatchObject({ status: 422, body: { errors: [{ path: 'rate' }] } });
  expect(await refused({ channel: 'sms', kind: 'slow', rate: 1, next: 1 })).toMatchObject({ status: 422 });
  expect(await refused({ channel: 'email', kind: 'landline', next: 1 })).toMatchObject({ status: 422, body: { errors: [{ path: 'kind' }] } });
  expect(await refused({ channel: 'fax', kind: 'slow', next: 1 })).toMatchObject({ status: 422, body: { errors: [{ path: 'channel' }] } });
  expect(await refused({ channel: 'sms', kind: '429', accepted: true, next: 1 })).toMatchObject({ status: 422, body: { errors: [{ path: 'accepted' }] } });
  expect(await refused({ channel: 'smtp', kind: '500', accepted: true, next: 1 })).toMatchObject({ status: 422, body: { errors: [{ path: 'kind' }] } });
  expect(await refused({ channel: 'sms', kind: 429, next: 2 })).toMatchObject({ status: 201, body: { faults: [{ channel: 'sms', kind: '429', next: 2 }] } });
});

test('a fault by share strikes about that share, the same one in every run', async () => {
  const outcomes = async (): Promise<string> => {
    const rig = await openRig({ seed: 7 });
    await setFault(rig.sandbox, { channel: 'sms', kind: '429', rate: 0.5 });
    const kinds = [];
    for (let index = 0; index < 20; index++) kinds.push((await rig.sms.send(smsOf(`s${index}`), DEADLINE)).kind === 'sent' ? '1' : '0');
    await rig.close();
    return kinds.join('');
  };
  const first = await outcomes();
  expect(first).toMatch(/1.*0|0.*1/);
  expect(await outcomes()).toBe(first);
});

test('in wall time the receipts come by themselves', async () => {
  const rig = await openRig({ clock: 'wall' });
  open.push(rig);
  await rig.sms.send(smsOf('a'), DEADLINE);
  rig.time.now = NOON + 60_000;
  await rig.sms.send(smsOf('b', { body: 'wakes the clock' }), DEADLINE);
  await expect.poll(() => rig.api.told.length, { interval: 5 }).toBe(2);
});
