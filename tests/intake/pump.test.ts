import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { exclusively } from '../../src/db/agenda.ts';
import { enqueue, type OutboxMessage } from '../../src/db/outbox.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { openRows, readBacklog, retryPoison } from '../../src/db/outbox-queue.ts';
import { drain, pumpUntilIdle, runPump, type PumpDeps, type Receiver } from '../../src/intake/pump.ts';
import { createLog } from '../../src/observability/log.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';

let database: FreshDatabase;
let opened: OpenedDb;
const log = createLog({ level: 'silent', process: 'test' });

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log, max: 40 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});
beforeEach(async () => {
  await opened.db.deleteFrom('outbox').execute();
});

interface Delivery {
  readonly workflowId: string;
  readonly name: string;
  readonly payload: unknown;
}

/** Temporal as the pump sees it: takes its time, remembers what came in which order, and how much at once per workflow. */
class RememberingReceiver implements Receiver {
  readonly deliveries: Delivery[] = [];
  readonly overlaps: string[] = [];
  readonly #busy = new Set<string>();
  fail: (delivery: Delivery) => Error | null = () => null;
  answer: (delivery: Delivery) => 'sent' | 'finished' | 'notFound' = () => 'sent';

  async start(request: { workflowId: string; workflowType: string; input: unknown }): Promise<{ runId: string; already: boolean }> {
    await this.#take({ workflowId: request.workflowId, name: 'start', payload: request.input });
    return { runId: `run of ${request.workflowId}`, already: false };
  }

  async signal(workflowId: string, name: string, payload: unknown): Promise<'sent' | 'finished' | 'notFound'> {
    const delivery = { workflowId, name, payload };
    await this.#take(delivery);
    return this.answer(delivery);
  }

  async #take(delivery: Delivery): Promise<void> {
    if (this.#busy.has(delivery.workflowId)) this.overlaps.push(delivery.workflowId);
    this.#busy.add(delivery.workflowId);
    await sleep(Math.random() * 4);
    this.#busy.delete(delivery.workflowId);
    const failure = this.fail(delivery);
    if (failure !== null) throw failure;
    this.deliveries.push(delivery);
  }

  of(workflowId: string): unknown[] {
    return this.deliveries.filter((delivery) => delivery.workflowId === workflowId).map((delivery) => delivery.payload);
  }
}

function pumpDeps(receiver: Receiver): PumpDeps & { wallNow: () => number } {
  return {
    db: opened.db, receiver, log, wallNow: () => Date.now(),
    pause: (ms, signal) => sleep(Math.min(ms, 20), undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
  };
}

async function enqueueAll(messages: readonly OutboxMessage[]): Promise<void> {
  for (const message of messages) await opened.db.transaction().execute((trx) => enqueue(trx, message));
}

function signal(workflowId: string, payload: unknown): OutboxMessage {
  return { workflowId, workflowType: 'agreement', action: 'signal', name: 'paymentBooked', payload };
}

function grpcError(code: number): Error {
  return new Error('call failed', { cause: Object.assign(new Error('grpc'), { code }) });
}

test('rows of one workflow arrive in the order they were written, one at a time', async () => {
  const workflows = Array.from({ length: 8 }, (_, index) => `agreement/acme/order-${index}`);
  const perWorkflow = 12;
  await enqueueAll(Array.from({ length: perWorkflow }, (_, n) => workflows.map((id) => signal(id, n))).flat());
  const receiver = new RememberingReceiver();
  expect(await drain(pumpDeps(receiver))).toBe(workflows.length * perWorkflow);
  for (const id of workflows) expect(receiver.of(id)).toEqual(Array.from({ length: perWorkflow }, (_, n) => n));
  expect(receiver.overlaps).toEqual([]);
});

test('two pumps at once neither double nor reorder', async () => {
  const workflows = Array.from({ length: 5 }, (_, index) => `agreement/acme/two-${index}`);
  await enqueueAll(Array.from({ length: 20 }, (_, n) => workflows.map((id) => signal(id, n))).flat());
  const receiver = new RememberingReceiver();
  const deps = pumpDeps(receiver);
  await Promise.all([drain(deps), drain(deps), drain(deps)]);
  await pumpUntilIdle(deps, { patienceMs: 5_000 });
  for (const id of workflows) expect(receiver.of(id)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(receiver.overlaps).toEqual([]);
});

test('a pump that dies between the acceptance and the mark leaves the row to be sent again', async () => {
  await enqueueAll([signal('agreement/acme/crash', 1), signal('agreement/acme/crash', 2)]);
  const first = new RememberingReceiver();
  const dying = openDb(database.url, { log, max: 4 });
  // The receiver accepts; before the mark commits every connection of this pump is cut, as a SIGKILL does.
  const cut: Receiver = {
    start: (request) => first.start(request),
    signal: async (workflowId, name, payload) => {
      const result = await first.signal(workflowId, name, payload);
      await cutTransactions();
      return result;
    },
  };
  // One lane: a second one of the same pump may take the freed row at once, and that is no fault.
  await expect(drain({ ...pumpDeps(cut), db: dying.db }, { lanes: 1 })).rejects.toThrow();
  await dying.close();
  expect(first.of('agreement/acme/crash')).toEqual([1]);
  const second = new RememberingReceiver();
  await drain(pumpDeps(second));
  expect(second.of('agreement/acme/crash')).toEqual([1, 2]);
});

async function cutTransactions(): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${database.name} and state = 'idle in transaction'`.execute(opened.db);
}

test('a row that is refused ten times is set aside and later rows of its workflow wait', async () => {
  await enqueueAll([signal('agreement/acme/bad', 'poison'), signal('agreement/acme/bad', 'after'), signal('agreement/acme/good', 'fine')]);
  const receiver = new RememberingReceiver();
  receiver.fail = (delivery) => (delivery.payload === 'poison' ? grpcError(3) : null);
  const deps = pumpDeps(receiver);
  for (let n = 0; n < 10; n += 1) {
    await drain(deps);
    await skipBackoff();
  }
  expect(await drain(deps)).toBe(0);
  expect(receiver.of('agreement/acme/bad')).toEqual([]);
  expect(receiver.of('agreement/acme/good')).toEqual(['fine']);
  const rows = await opened.db.selectFrom('outbox').select(['state', 'tries']).where('workflow_id', '=', 'agreement/acme/bad').orderBy('id').execute();
  expect(rows).toEqual([{ state: 'poison', tries: 10 }, { state: 'pending', tries: 0 }]);
  expect(await readBacklog(opened.db)).toMatchObject({ pending: 0, poison: 1 });
});

test('a row that is set aside raises an alarm without its payload; sent again it goes first, and what waited follows in order', async () => {
  await enqueueAll([signal('agreement/acme/alarm', 'the poison'), signal('agreement/acme/alarm', 'second'), signal('agreement/acme/alarm', 'third')]);
  const receiver = new RememberingReceiver();
  receiver.fail = (delivery) => (delivery.payload === 'the poison' ? grpcError(3) : null);
  const lines: string[] = [];
  const deps = { ...pumpDeps(receiver), log: createLog({ level: 'info', process: 'test', destination: { write: (line) => void lines.push(line) } }) };
  for (let n = 0; n < 10; n += 1) {
    await drain(deps);
    await skipBackoff();
  }
  const [poison] = await openRows(opened.db, 10);
  const alarms = lines.map((line): unknown => JSON.parse(line)).filter((line) => Reflect.get(Object(line), 'alarm') === 'poisonRow');
  expect(alarms).toMatchObject([{ level: 'error', workflowId: 'agreement/acme/alarm', outboxId: poison?.id }]);
  expect(lines.join('')).not.toContain('the poison');
  receiver.fail = () => null;
  expect(await retryPoison(opened.db, null)).toBe(1);
  await pumpUntilIdle(deps, { patienceMs: 5_000 });
  expect(receiver.of('agreement/acme/alarm')).toEqual(['the poison', 'second', 'third']);
  expect(await openRows(opened.db, 10)).toEqual([]);
});

test('pumps side by side over workflows that fail now and then: each row once, in order, and the poisoned ones hold up nobody else', async () => {
  const [healthy, sick] = [['a', 'b', 'c', 'd'].map((name) => `agreement/acme/well-${name}`), ['e', 'f'].map((name) => `agreement/acme/sick-${name}`)];
  await enqueueAll(Array.from({ length: 15 }, (_, n) => [...healthy, ...sick].map((id) => signal(id, n))).flat());
  const receiver = new RememberingReceiver();
  const refused = new Map<string, number>();
  // The sick ones are refused at their sixth row for good; the others stumble over every fifth call, once refused and once unreachable.
  receiver.fail = ({ workflowId, payload }) => {
    if (sick.includes(workflowId)) return payload === 5 ? grpcError(3) : null;
    const count = (refused.get(workflowId) ?? 0) + 1;
    refused.set(workflowId, count);
    return count % 5 === 0 ? grpcError(count % 2 === 0 ? 3 : 14) : null;
  };
  const deps = pumpDeps(receiver);
  for (let n = 0; n < 40 && (await readBacklog(opened.db)).pending > 0; n += 1) {
    await Promise.all([drain(deps), drain(deps), drain(deps)]);
    await skipBackoff();
  }
  for (const id of healthy) expect(receiver.of(id)).toEqual(Array.from({ length: 15 }, (_, n) => n));
  for (const id of sick) expect(receiver.of(id)).toEqual([0, 1, 2, 3, 4]);
  expect(receiver.overlaps).toEqual([]);
  expect(await readBacklog(opened.db)).toMatchObject({ pending: 0, poison: 2 });
});

test('an outage of Temporal is waited out without counting against the row', async () => {
  await enqueueAll([signal('agreement/acme/outage', 1)]);
  const receiver = new RememberingReceiver();
  receiver.fail = () => grpcError(14);
  const deps = pumpDeps(receiver);
  for (let n = 0; n < 15; n += 1) {
    await drain(deps);
    await skipBackoff();
  }
  receiver.fail = () => null;
  await drain(deps);
  expect(receiver.of('agreement/acme/outage')).toEqual([1]);
  expect(await opened.db.selectFrom('outbox').select(['state', 'tries']).executeTakeFirst()).toEqual({ state: 'done', tries: 0 });
});

test('an outage of PostgreSQL under the mover\'s lock does not count against the row either', async () => {
  await enqueueAll([signal('agreement/acme/lock', 1)]);
  const receiver: Receiver = {
    start: () => Promise.reject(new Error('nothing starts here')),
    signal: () => exclusively<'sent'>(opened.db, 'agreement/acme/lock', async () => {
      await cutEveryLock();
      return 'sent';
    }),
  };
  for (let n = 0; n < 12; n += 1) {
    await drain(pumpDeps(receiver));
    await skipBackoff();
  }
  expect(await opened.db.selectFrom('outbox').select(['state', 'tries']).executeTakeFirst()).toEqual({ state: 'pending', tries: 0 });
});

/** As when PostgreSQL is killed: whoever holds an advisory lock loses the connection that holds it. */
async function cutEveryLock(): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`.execute(opened.db);
}

async function skipBackoff(): Promise<void> {
  await opened.db.updateTable('outbox').set({ due_wall: sql<number>`clock_timestamp()` }).where('state', '=', 'pending').execute();
}

test('a row that is put off holds back the later ones of its workflow only', async () => {
  await enqueueAll([signal('agreement/acme/late', 1), signal('agreement/acme/late', 2), signal('agreement/acme/other', 1)]);
  const receiver = new RememberingReceiver();
  receiver.fail = (delivery) => (delivery.workflowId === 'agreement/acme/late' ? grpcError(3) : null);
  await drain(pumpDeps(receiver));
  expect(receiver.deliveries.map((delivery) => delivery.workflowId)).toEqual(['agreement/acme/other']);
});

test.each(['finished', 'notFound'] as const)('a signal to a workflow that is %s is parked with that note and the next row goes on', async (answer) => {
  await enqueueAll([signal(`agreement/acme/${answer}`, 1), { workflowId: `agreement/acme/${answer}`, workflowType: 'agreement', action: 'start', payload: { v: 1 } }]);
  const receiver = new RememberingReceiver();
  receiver.answer = () => answer;
  await drain(pumpDeps(receiver));
  const rows = await opened.db.selectFrom('outbox').select(['state', 'error']).orderBy('id').execute();
  expect(rows).toEqual([{ state: 'parked', error: answer }, { state: 'done', error: null }]);
});

test('a running pump sends a new row without waiting for its poll, and stops when told', async () => {
  const receiver = new RememberingReceiver();
  const stop = new AbortController();
  const deps = pumpDeps(receiver);
  // The pause never ends by itself: only the notice of the new row can wake the pump.
  const pump = runPump({
    ...deps, listen: (channel, onNotice) => opened.listen(channel, onNotice),
    pause: (_ms, ended) => new Promise((resolve) => (ended?.aborted === true ? resolve() : ended?.addEventListener('abort', () => resolve(), { once: true }))),
  }, stop.signal);
  await sleep(80);
  await enqueueAll([signal('agreement/acme/notice', 1)]);
  for (let n = 0; n < 100 && receiver.deliveries.length === 0; n += 1) await sleep(10);
  expect(receiver.of('agreement/acme/notice')).toEqual([1]);
  stop.abort();
  await pump;
});

test('a start whose answer is the run that is still closing waits for it to close', async () => {
  const { seedAgreement } = await import('./agreement-row.ts');
  await seedAgreement(opened.db, { workflowId: 'agreement/acme/reopened', runId: 'old', workflowState: 'starting' });
  await enqueueAll([{ workflowId: 'agreement/acme/reopened', workflowType: 'agreement', action: 'start', payload: { v: 1 } }]);
  const runs = ['old', 'old', 'new'];
  const receiver: Receiver = {
    start: () => {
      const runId = runs.shift() ?? 'new';
      return Promise.resolve({ runId, already: runId === 'old' });
    },
    signal: () => Promise.resolve('sent'),
  };
  await pumpUntilIdle(pumpDeps(receiver), { patienceMs: 5_000 });
  expect(await opened.db.selectFrom('agreement').select(['run_id', 'workflow_state']).where('workflow_id', '=', 'agreement/acme/reopened').executeTakeFirst())
    .toEqual({ run_id: 'new', workflow_state: 'running' });
});

test('a life that finished before its start was marked stays finished', async () => {
  const { seedAgreement } = await import('./agreement-row.ts');
  await seedAgreement(opened.db, { workflowId: 'agreement/acme/quick', runId: null, workflowState: 'starting' });
  await enqueueAll([{ workflowId: 'agreement/acme/quick', workflowType: 'agreement', action: 'start', payload: { v: 1 } }]);
  const receiver: Receiver = {
    start: async () => {
      await opened.db.updateTable('agreement').set({ workflow_state: 'finished' }).where('workflow_id', '=', 'agreement/acme/quick').execute();
      return { runId: 'one', already: false };
    },
    signal: () => Promise.resolve('sent'),
  };
  await drain(pumpDeps(receiver));
  expect(await opened.db.selectFrom('agreement').select(['run_id', 'workflow_state']).where('workflow_id', '=', 'agreement/acme/quick').executeTakeFirst())
    .toEqual({ run_id: 'one', workflow_state: 'finished' });
});
