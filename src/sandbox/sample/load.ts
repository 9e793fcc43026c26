/** Brings the sample into a running sandbox through its API, as a creditor's system would: idempotent and restartable. */
import { z } from 'zod';
import { wallNow } from '../../clock.ts';
import type { Db } from '../../db/pool.ts';
import { changeSetting } from '../../db/settings.ts';
import { isLocalDate, localDate } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { callApi, type ApiAnswer } from '../http.ts';
import { SAMPLE_AGENTS, shiftsOf } from './agents.ts';
import { SAMPLE_CREDITORS, samplePortfolio, type SampleAgreement } from './portfolio.ts';

export interface SampleTarget {
  readonly apiUrl: string;
  readonly adminKey: string;
  /** Keeps the day on which the sample began. */
  readonly db: Db;
  /** Progress, one sentence each. */
  readonly say: (sentence: string) => void;
  /** Another portfolio of the sample's kind; without it the sample as it ships. */
  readonly portfolio?: (startsOn: string) => readonly SampleAgreement[];
}

const LANES = 4;
const PROGRESS_EVERY = 10;

/** The day on which the sample begins, in the zone where most of it lives. */
const HOME_ZONE = 'America/Santiago';

/** Sends the creditors, agents, shifts and agreements; what is in already stays as it is. ERR_BOOTSTRAP names what was refused. */
export async function loadSample({ apiUrl, adminKey, db, say, portfolio = samplePortfolio }: SampleTarget): Promise<void> {
  const send = async (path: string, body: unknown, ok: readonly number[] = [200, 201]): Promise<void> => {
    expectStatus(path, await callApi(apiUrl, { method: 'POST', path, key: adminKey, body }), ok);
  };
  for (const creditor of SAMPLE_CREDITORS) await send('/v1/creditors', creditor);
  for (const agent of SAMPLE_AGENTS) {
    await send('/v1/agents', agent);
    for (const shift of shiftsOf(agent)) await send('/v1/shifts', shift);
  }
  const agreements = portfolio(await firstDay(db, () => businessNow(apiUrl, adminKey)));
  let done = 0;
  await inLanes(agreements, async (agreement) => {
    await send('/v1/agreements', agreement);
    done += 1;
    if (done % PROGRESS_EVERY === 0 || done === agreements.length) say(`sample: ${done} of ${agreements.length} agreements`);
  });
}

const FIRST_DAY = 'sandbox.sample.startsOn';

/** Kept, so that a load that was interrupted yesterday goes on with the same dates: every body is the same body again. */
async function firstDay(db: Db, now: () => Promise<number>): Promise<string> {
  const today = localDate(HOME_ZONE, await now());
  return db.transaction().execute((trx) =>
    changeSetting(trx, FIRST_DAY, (kept) => (typeof kept === 'string' && isLocalDate(kept) ? kept : today)));
}

const clockAnswer = z.object({ now: z.string() });

async function businessNow(apiUrl: string, adminKey: string): Promise<number> {
  const answer = await callApi(apiUrl, { method: 'GET', path: '/sandbox/clock', key: adminKey });
  const clock = clockAnswer.safeParse(answer.body);
  // On the wall clock there is none.
  return answer.status === 200 && clock.success ? Date.parse(clock.data.now) : wallNow();
}

function expectStatus(path: string, answer: ApiAnswer, ok: readonly number[]): void {
  if (ok.includes(answer.status)) return;
  throw new AppError('ERR_BOOTSTRAP', `The sample could not be loaded: ${path.split('?')[0]} answered ${answer.status}${answer.code === null ? '' : ` ${answer.code}`}.`);
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
