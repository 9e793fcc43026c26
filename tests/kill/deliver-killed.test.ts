/** A worker killed with SIGKILL in every state of an attempt: whoever comes after it never sends twice. */
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deliverContact, type Delivery } from '../../src/register/sending/delivery.ts';
import { applyReceipt } from '../../src/register/sending/receipts.ts';
import { reconcileUnknown } from '../../src/register/sending/reconcile.ts';
import { MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';
import { seedPerson } from '../register/seed.ts';

let desk: Desk;
let provider: Server;
let providerUrl: string;
/** What the provider took. */
const taken: string[] = [];
/** Called when a message was taken and the answer is still to come. */
let beforeAnswer: () => void = () => undefined;
let running: ReturnType<typeof execFile> | undefined;

beforeAll(async () => {
  desk = await openDesk();
  provider = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      taken.push(body);
      beforeAnswer();
      response.end(`SM-${taken.length}`);
    });
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const address = provider.address();
  providerUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
});
afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await desk.close();
});
beforeEach(() => {
  taken.length = 0;
  desk.journal.length = 0;
  beforeAnswer = () => undefined;
});

interface Killed {
  readonly agreementId: string;
  /** The worker that comes after: the same activity, tried again. */
  readonly again: (leaseMs?: number) => Promise<Delivery>;
}

/** A step whose worker process was killed with SIGKILL where it was told to die. */
async function killed(dieAt: 'claimed' | 'calling' | 'called' | 'recorded' | 'never'): Promise<Killed> {
  const agreementId = await desk.agreement(await seedPerson(desk.db));
  const input = await desk.dueInput(agreementId);
  const order = { databaseUrl: desk.url, providerUrl, agreementId, now: MISSED_AT, dieAt };
  await new Promise<void>((resolve, reject) => {
    running = execFile(process.execPath, [join(import.meta.dirname, 'deliver-process.ts'), JSON.stringify(order)], (error, _stdout, stderr) => {
      if (error?.signal === 'SIGKILL') resolve();
      else reject(new Error(`the worker was not killed: ${stderr}`));
    });
  });
  return { agreementId, again: (leaseMs = 0) => deliverContact({ ...desk.deps, leaseMs }, input) };
}

/** Messages that left, by the killed worker or by the one after it. */
const left = (): number => taken.length + desk.journal.length;

const states = async (id: string) => (await desk.attempts(id)).map(({ state }) => state);
const results = async (id: string) => (await desk.events(id)).map((event) => ('result' in event ? event.result : event.kind));

describe('killed', () => {
  test('after the claim: the next worker goes on with the claim and sends once', async () => {
    const { agreementId: id, again } = await killed('claimed');
    expect([await states(id), left()]).toEqual([['claimed'], 0]);
    await again();
    expect([await states(id), left(), await results(id)]).toEqual([['sent'], 1, ['sent']]);
  });

  test('after the begin, before the call: unknown, and never called again', async () => {
    const { agreementId: id, again } = await killed('calling');
    expect(await states(id)).toEqual(['calling']);
    expect(await again(60_000)).toMatchObject({ kind: 'retry', code: 'busy' });
    expect(await states(id)).toEqual(['calling']);
    await again();
    await again();
    expect([await states(id), left(), await results(id)]).toEqual([['unknown'], 0, ['unknown']]);
  });

  test('while the provider answers: unknown, one message, and its receipt settles it', async () => {
    beforeAnswer = () => running?.kill('SIGKILL');
    const { agreementId: id, again } = await killed('never');
    await again();
    await again();
    expect([await states(id), left()]).toEqual([['unknown'], 1]);
    const [attempt] = await desk.attempts(id);
    await applyReceipt(desk.ctx, { provider: 'twilio-sms', eventId: 'e1', attemptId: attempt?.id ?? '', providerId: 'SM-1', status: 'delivered' });
    expect([await states(id), await results(id)]).toEqual([['sent'], ['unknown', 'sent']]);
  });

  test('after the provider took it, before the record: unknown, then what the provider knows', async () => {
    const { agreementId: id, again } = await killed('called');
    await again();
    expect([await states(id), left()]).toEqual([['unknown'], 1]);
    const [attempt] = await desk.attempts(id);
    desk.lookup = (asked) => (asked.attemptId === attempt?.id ? { kind: 'found', providerId: 'SM-1', status: 'sent' } : { kind: 'notFound' });
    expect((await reconcileUnknown(desk.deps)).found).toBe(1);
    expect([await states(id), await results(id), left()]).toEqual([['sent'], ['unknown', 'sent'], 1]);
  });

  test('after the record: the next worker only repeats the answer', async () => {
    const { agreementId: id, again } = await killed('recorded');
    expect(await again()).toMatchObject({ kind: 'done', outcome: { events: [{ result: 'sent' }] } });
    expect([await states(id), left(), await results(id)]).toEqual([['sent'], 1, ['sent']]);
  });
});
