/** Measures that take a rebuilt state to judge: how late, after a payment, left undone, promises kept. Reckoned now and then, not at every scrape. */
import { wallNow } from '../clock.ts';
import { begunAttempts, overdueWakes, promisingAgreements, type BegunAttempt } from '../db/figures.ts';
import { decide } from '../domain/decide.ts';
import { plannedOf } from '../domain/occurrence.ts';
import { statusOf, type PromiseStatus } from '../domain/promise.ts';
import { viewOf } from '../domain/view.ts';
import { DAY, MINUTE } from '../domain/zone.ts';
import { speaksOfDebt, stateBefore } from './audit/owed.ts';
import type { RegisterContext } from './person-lock.ts';
import { loadStates, type LoadedAgreement } from './rebuild.ts';

export interface Measures {
  /** Messages since this process started and the day before, by the seconds (in whole minutes) from their step's due instant to the call. */
  readonly lateness: ReadonlyMap<number, number>;
  /** Messages of the same span that began after the payment they ask for. */
  readonly contactedAfterPayment: number;
  /** Agreements whose next step has waited for a quarter of an hour. */
  readonly dueNotActed: number;
  readonly promises: Readonly<Record<PromiseStatus, number>>;
}

export interface MeasuresOptions {
  /** How old the measures may be, wall ms. */
  readonly freshMs?: number;
  /** How old the promises may be: they need a state for each agreement that ever had one. */
  readonly promisesFreshMs?: number;
}

const FRESH_MS = 15_000;
const PROMISES_FRESH_MS = 5 * 60_000;
const LATE_AFTER = 15 * MINUTE;
/** Attempts are read again for this long: a call may end, and be counted, after later ones. */
const WINDOW = DAY;
const MOST = 5_000;
const PAGE = 200;

/** The reader of one process; it keeps what it has counted. */
export function createMeasures(ctx: RegisterContext, options: MeasuresOptions = {}): () => Promise<Measures> {
  const counted = new Map<string, number>();
  const lateness = new Map<number, number>();
  let contactedAfterPayment = 0;
  const promises = kept(options.promisesFreshMs ?? PROMISES_FRESH_MS, () => countPromises(ctx));
  const recent = kept(options.freshMs ?? FRESH_MS, async () => {
    const since = (await ctx.clock.now()) - WINDOW;
    for (const [id, begunAt] of counted) if (begunAt < since) counted.delete(id);
    const fresh = (await begunAttempts(ctx.db, since, MOST)).filter(({ id }) => !counted.has(id));
    const states = await statesOf(ctx, fresh.flatMap(({ parts }) => parts.map((part) => part.agreement_id)));
    for (const attempt of fresh) {
      counted.set(attempt.id, attempt.begun_at ?? since);
      for (const seconds of latenessOf(attempt, states)) lateness.set(seconds, (lateness.get(seconds) ?? 0) + 1);
      if (askedForPaid(attempt, states)) contactedAfterPayment += 1;
    }
    return { dueNotActed: await countDueNotActed(ctx) };
  });
  return async () => ({ ...(await recent()), lateness, contactedAfterPayment, promises: await promises() });
}

/** The last answer while it is fresh; questions at the same time share one. */
function kept<T>(freshMs: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly value: T } | null = null;
  let asking: Promise<T> | null = null;
  return async () => {
    if (last !== null && wallNow() - last.at < freshMs) return last.value;
    asking ??= ask().then((value) => {
      last = { at: wallNow(), value };
      return value;
    }).finally(() => {
      asking = null;
    });
    return asking;
  };
}

async function statesOf(ctx: RegisterContext, ids: readonly string[]): Promise<Map<string, LoadedAgreement>> {
  const wanted = [...new Set(ids)];
  const states = new Map<string, LoadedAgreement>();
  for (let from = 0; from < wanted.length; from += PAGE) {
    for (const loaded of await loadStates(ctx.db, wanted.slice(from, from + PAGE))) states.set(loaded.row.id, loaded);
  }
  return states;
}

/** Of the step that led; a nudge of a survey and a step of another plan version have no due instant any more. */
function latenessOf(attempt: BegunAttempt, states: ReadonlyMap<string, LoadedAgreement>): number[] {
  const { begun_at: begunAt, begin_seq: beginSeq } = attempt;
  const lead = attempt.parts.find((part) => part.leading);
  const loaded = lead === undefined ? undefined : states.get(lead.agreement_id);
  if (lead === undefined || loaded === undefined || begunAt === null || beginSeq === null) return [];
  const planned = plannedOf(stateBefore(loaded.state, beginSeq)).find(({ occurrence }) => occurrence.key === lead.occurrence);
  return planned === undefined ? [] : [Math.ceil(Math.max(0, begunAt - planned.occurrence.dueAt) / MINUTE) * (MINUTE / 1_000)];
}

function askedForPaid({ purpose, begin_seq: beginSeq, parts }: BegunAttempt, states: ReadonlyMap<string, LoadedAgreement>): boolean {
  if (beginSeq === null || (purpose !== 'collection' && purpose !== 'preDueReminder')) return false;
  return parts.some((part) => {
    const loaded = states.get(part.agreement_id);
    return loaded !== undefined && !speaksOfDebt(loaded.state, beginSeq, part.instalments);
  });
}

/** The wakes in the table are where to look; whether something was really due then the core says. */
async function countDueNotActed(ctx: RegisterContext): Promise<number> {
  const before = (await ctx.clock.now()) - LATE_AFTER;
  const states = await statesOf(ctx, await overdueWakes(ctx.db, before, MOST));
  return [...states.values()].filter(({ state }) => decide(state, before).kind !== 'wait').length;
}

async function countPromises(ctx: RegisterContext): Promise<Record<PromiseStatus, number>> {
  const counts: Record<PromiseStatus, number> = { open: 0, kept: 0, partlyKept: 0, broken: 0 };
  const now = await ctx.clock.now();
  let after: string | null = null;
  for (;;) {
    const ids: string[] = await promisingAgreements(ctx.db, after, PAGE);
    for (const { state } of await loadStates(ctx.db, ids)) for (const promise of viewOf(state).promises) counts[statusOf(promise, now)] += 1;
    after = ids.at(-1) ?? null;
    if (ids.length < PAGE) return counts;
  }
}
