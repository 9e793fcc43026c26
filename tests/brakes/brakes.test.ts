/** The brakes: what is stopped between the claim and the begin does not leave, by whichever brake. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { names } from '../../src/config.ts';
import { decide } from '../../src/domain/decide.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { recordSkips } from '../../src/register/finish.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { deliverContact, deliverSurveyMessage, type Delivery } from '../../src/register/sending/delivery.ts';
import type { SendingConfig, SendingDeps } from '../../src/register/sending/deps.ts';
import { holdStop, startSending, stopSender, stopSending, type StopTarget } from '../../src/register/sending/stop.ts';
import { startSurvey } from '../../src/register/survey.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { sources } from '../architecture/sources.ts';
import { at, occurrenceOf, pay, seedPerson, SURVEY_STEP } from '../register/seed.ts';
import { ended, MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const LATER_MS = 60_000;
/** Long enough for a delivery to end, or a stop to be written, if nothing held it. */
const STOP_COMMITS_MS = 100;
/** Deliveries that run into a stop, and the moments at which it comes. */
const RACERS = 16;
const ROUNDS = 8;
/** How many more messages have left when the stop of the next round comes: by the clock a busy machine has none or all. */
const STEP = 2;

let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(async () => {
  await startSending(desk.ctx, {});
  desk.clock.set(MISSED_AT);
  desk.journal.length = 0;
  desk.during = () => Promise.resolve();
});

/** A delivery in which `pull` happens after the claim and before the begin, once. */
async function deliverWhile(agreementId: string, pull: () => Promise<unknown>, change: Partial<SendingDeps> = {}): Promise<Delivery> {
  let pulled = false;
  const at: SendingDeps['at'] = async (moment) => {
    if (moment !== 'claimed' || pulled) return;
    pulled = true;
    await pull();
  };
  return deliverContact({ ...desk.deps, at, ...change }, await desk.dueInput(agreementId));
}

/** Somebody who can only be reached by SMS: a stopped channel has no other to give way to. */
const smsOnly = async (creditorId = 'acme'): Promise<string> => desk.agreement(await seedPerson(desk.db, { granted: ['sms'], creditorId }));

describe('an emergency stop after the claim', () => {
  const brakes: readonly (readonly [string, () => Promise<unknown>, StopTarget])[] = [
    ['of everything', () => stopSending(desk.ctx, {}), {}],
    ['of the creditor', () => stopSending(desk.ctx, { creditorId: 'acme' }), { creditorId: 'acme' }],
    ['of the channel', () => stopSending(desk.ctx, { channel: 'sms' }), { channel: 'sms' }],
    ['of the sender, by a provider that refused it', () => inTransaction(desk.db, (trx) => stopSender(trx, 'sms:default', '20003')), { channel: 'sms' }],
  ];
  test.each(brakes)('%s: the claimed message does not leave, waits, and leaves once when sending starts', async (_name, pull, target) => {
    const id = await smsOnly();
    expect(ended(await deliverWhile(id, pull))).toMatchObject({ result: 'deferred', events: [{ rules: ['sending-stopped'] }] });
    expect(desk.journal).toEqual([]);
    expect((await desk.attempts(id)).map(({ state, reason }) => [state, reason])).toEqual([['rejected', 'lapsed.sending-stopped']]);
    await startSending(desk.ctx, target);
    desk.clock.set(MISSED_AT + LATER_MS);
    expect(ended(await desk.deliver(id)).result).toBe('sent');
    expect(desk.journal).toHaveLength(1);
  });

  test('of another creditor or another channel does not touch it', async () => {
    await seedPerson(desk.db, { creditorId: 'bravo' });
    const id = await smsOnly();
    const others = async (): Promise<void> => {
      await stopSending(desk.ctx, { creditorId: 'bravo' });
      await stopSending(desk.ctx, { channel: 'email' });
    };
    expect(ended(await deliverWhile(id, others)).result).toBe('sent');
  });

  test('of one channel: the message goes by the other, once', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    expect(ended(await deliverWhile(id, () => stopSending(desk.ctx, { channel: 'sms' }))).result).toBe('sent');
    expect(desk.journal.map(({ channel }) => channel)).toEqual(['email']);
  });

  test('holds a survey back too', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    await pay(desk.ctx, id, 90_000);
    desk.clock.set(at('2026-03-09', 12));
    await startSurvey(desk.ctx, { agreementId: id, occurrence: occurrenceOf(SURVEY_STEP, { key: 'survey/s1', instalment: null }), lastSeq: 0 });
    const survey = await desk.db.selectFrom('survey').select('id').where('agreement_id', '=', id).executeTakeFirstOrThrow();
    const pulling: SendingDeps = { ...desk.deps, at: async (moment) => void (moment === 'claimed' && (await stopSending(desk.ctx, {}))) };
    expect(ended(await deliverSurveyMessage(pulling, { surveyId: survey.id, nudge: false })).result).toBe('deferred');
    expect(desk.journal).toEqual([]);
  });
});

describe('a stop that has been answered', () => {
  /** Ids of the attempts that have begun, whatever became of them. */
  const begun = async (): Promise<string[]> =>
    (await desk.db.selectFrom('attempt').select('id').where('begin_seq', 'is not', null).orderBy('id').execute()).map(({ id }) => id);

  test.each<[string, StopTarget]>([['of everything', {}], ['of the creditor', { creditorId: 'racing' }], ['of the channel', { channel: 'sms' }]])(
    '%s in the middle of many deliveries: none begins after the answer', async (_name, target) => {
      const held: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        await startSending(desk.ctx, {});
        const ids = await Promise.all(Array.from({ length: RACERS }, () => smsOnly('racing')));
        const deliveries = ids.map((id) => desk.deliver(id));
        // Somewhere between the first claim and the last record; each round at another moment.
        const goal = desk.journal.length + round * STEP;
        while (desk.journal.length < goal) await sleep(1);
        await stopSending(desk.ctx, target);
        const atTheAnswer = await begun();
        const outcomes = (await Promise.all(deliveries)).map((delivery) => ended(delivery).result);
        expect(await begun()).toEqual(atTheAnswer);
        held.push(outcomes.filter((result) => result === 'deferred').length);
        expect(outcomes.filter((result) => result === 'sent')).toHaveLength(RACERS - (held.at(-1) ?? 0));
      }
      // The stop came early enough to hold something, and late enough to miss something: it was a race.
      expect(held.some((count) => count > 0)).toBe(true);
      expect(held.some((count) => count < RACERS)).toBe(true);
      expect(new Set(desk.journal.map(({ attemptId }) => attemptId)).size).toBe(desk.journal.length);
    });

  test('waits for a begin that is under way', async () => {
    let answered = false;
    const stopping = await inTransaction(desk.db, async (trx) => {
      await holdStop(trx);
      const stop = stopSending(desk.ctx, {}).then(() => { answered = true; });
      await sleep(STOP_COMMITS_MS);
      expect(answered).toBe(false);
      return { stop };
    });
    await stopping.stop;
    expect(answered).toBe(true);
  });

  test('is seen by a begin that comes while it is being written', async () => {
    const id = await smsOnly();
    const delivering = await inTransaction(desk.db, async (trx) => {
      await stopSender(trx, 'sms:default', '20003');
      const delivery = deliverWhile(id, () => Promise.resolve());
      await sleep(STOP_COMMITS_MS);
      return { delivery };
    });
    expect(ended(await delivering.delivery).result).toBe('deferred');
    expect(desk.journal).toEqual([]);
  });

  test('does not undo a call that had begun: it is recorded as sent, and the next one waits', async () => {
    const [begun, next] = [await smsOnly(), await smsOnly()];
    desk.during = async () => void (await stopSending(desk.ctx, {}));
    expect(ended(await desk.deliver(begun)).result).toBe('sent');
    expect(ended(await desk.deliver(next)).result).toBe('deferred');
    expect(desk.journal).toHaveLength(1);
  });

  test('of a creditor that does not exist is refused: a slip of the pen must not look like a stop', async () => {
    await expect(stopSending(desk.ctx, { creditorId: 'acmee' })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});

describe('PACTO_SEND', () => {
  /** Looked at again on the next day, at the hour of the step. */
  const NEXT_LOOK = at('2026-03-06', 10);
  const waitsFor = (rule: string) => ({ result: 'deferred', until: NEXT_LOOK, events: [{ result: 'deferred', until: NEXT_LOOK, rules: [rule] }] });
  const set = (config: Partial<SendingConfig>): Partial<SendingDeps> => ({ config: { ...desk.deps.config, ...config } });

  /** Claimed by a worker that may send; the one that comes after it was started with another setting. */
  async function claimed(): Promise<string> {
    const id = await desk.agreement(await seedPerson(desk.db));
    const died = new Error('the worker died');
    await expect(deliverWhile(id, () => Promise.reject(died))).rejects.toBe(died);
    expect((await desk.attempts(id)).map(({ state }) => state)).toEqual(['claimed']);
    return id;
  }

  test('off: what an earlier worker had claimed does not leave', async () => {
    const id = await claimed();
    expect(ended(await desk.deliver(id, set({ send: 'off' })))).toMatchObject(waitsFor('sending-off'));
    expect(desk.journal).toEqual([]);
  });

  test('allowlist: a claimed message to somebody else does not leave, one to somebody on it does', async () => {
    const [other, listed] = [await claimed(), await claimed()];
    expect(ended(await desk.deliver(other, set({ send: 'allowlist', sendAllowlist: ['+56900000000'] })))).toMatchObject(waitsFor('sending-allowlist'));
    expect(ended(await desk.deliver(listed, set({ send: 'allowlist', sendAllowlist: ['+56961234567'] }))).result).toBe('sent');
    expect(desk.journal).toMatchObject([{ to: '+56961234567' }]);
  });

  /** The loop of a run, with the register alone: what the core decides is done, until it only waits for something after `end`. */
  async function live(agreementId: string, end: number, change: Partial<SendingDeps>): Promise<void> {
    for (;;) {
      const now = await desk.clock.now();
      const decision = decide((await loadState(desk.db, agreementId)).state, now);
      if (decision.kind === 'wait' && (decision.until === null || decision.until > end)) return;
      if (decision.kind === 'wait') desk.clock.set(decision.until ?? end);
      else if (decision.kind === 'skip') await recordSkips(desk.ctx, agreementId, decision.occurrences);
      else if (decision.kind === 'contact') ended(await desk.deliver(agreementId, change));
      else throw new Error(`not expected here: ${decision.kind}`);
    }
  }
  const entries = async (id: string): Promise<(string | undefined)[]> => (await readTimeline(desk.db, id)).map(({ at: when, outcome, rules }) => `${when.slice(0, 10)} ${outcome} ${rules?.join()}`);

  test('off: a step waits from day to day, each time with an entry, and expires by itself with one', async () => {
    const id = await smsOnly();
    await live(id, at('2026-03-22', 0), set({ send: 'off' }));
    expect(await entries(id)).toEqual([
      '2026-03-05 skipped expired',
      // `missed` from the fifth on; from the tenth on the weightier notice leads and takes it along. The eighth and the fifteenth are Sundays.
      ...['05', '06', '07', '09', '10', '11', '12', '13', '14'].map((day) => `2026-03-${day} deferred sending-off`),
      '2026-03-15 skipped expired',
      ...['16', '17', '18', '19'].map((day) => `2026-03-${day} deferred sending-off`),
      '2026-03-20 skipped expired',
    ]);
    expect(desk.journal).toEqual([]);
  });

  test('turned on after weeks: what expired stays unsent, and one message says the rest', async () => {
    const person = await seedPerson(desk.db, { granted: ['sms'] });
    const [first, second] = [await desk.agreement(person), await desk.agreement(person)];
    const monday = at('2026-03-10', 12);
    for (const id of [first, second]) {
      desk.clock.set(MISSED_AT);
      await live(id, monday, set({ send: 'off' }));
    }
    for (const id of [first, second]) {
      desk.clock.set(monday);
      await live(id, at('2026-03-11', 20), set({ send: 'on' }));
    }
    expect(desk.journal).toHaveLength(1);
    const said = await Promise.all([first, second].map(async (id) => (await desk.attempts(id)).map(({ template, state }) => [template, state])));
    expect(said).toEqual([[['second-notice', 'sent']], [['second-notice', 'sent']]]);
  });

  test('allowlist: whoever has an address on it is reached there, whichever channel it is', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    expect(ended(await desk.deliver(id, set({ send: 'allowlist', sendAllowlist: ['ana@example.org'] })))).toMatchObject({ result: 'sent', events: [{ channel: 'email' }] });
  });

  test('what the law forbids for good is refused all the same', async () => {
    const id = await desk.agreement(await seedPerson(desk.db, { granted: [] }));
    expect(ended(await desk.deliver(id, set({ send: 'off' })))).toMatchObject({ result: 'refused', events: [{ rules: ['sending-off', 'base-consent'] }] });
  });

  test('on: a claimed message goes on', async () => {
    expect(ended(await desk.deliver(await claimed(), set({ send: 'on' }))).result).toBe('sent');
  });
});

test('pacto sending stop and start, as an operator types them, hold and free the same messages', async () => {
  const id = await smsOnly();
  const pacto = async (...args: string[]): Promise<unknown> => {
    const env = { PATH: process.env['PATH'], ...Object.fromEntries(names().map((name) => [name, ''])), DATABASE_URL: desk.url, SMTP_URL: 'smtp://127.0.0.1:1' };
    const { stdout } = await promisify(execFile)(process.execPath, [join(PROJECT, 'src', 'cli', 'main.ts'), 'sending', ...args, '--json'], { env });
    return JSON.parse(stdout);
  };
  expect(await pacto('stop', '--creditor', 'acme')).toMatchObject({ all: false, creditors: ['acme'], inFlight: 0 });
  expect(ended(await desk.deliver(id)).result).toBe('deferred');
  expect(await pacto('start', '--creditor', 'acme')).toMatchObject({ all: false, creditors: [] });
  desk.clock.set(MISSED_AT + LATER_MS);
  expect(ended(await desk.deliver(id)).result).toBe('sent');
});

test('there is one door to the providers, and the brakes stand in front of it', () => {
  const doors = sources().filter(({ path, text }) => path.startsWith('src/') && !/^src\/(channels|sandbox)\//.test(path) && /\.(sms|email)\.send\(/.test(text)).map(({ path }) => path);
  expect(doors).toEqual(['src/register/sending/call.ts']);
});
