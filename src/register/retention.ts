/**
 * Retention: whoever owes nothing any more, and has not for longer than the law of their place has data kept, is erased
 * like on their own request. Money, outcomes and stops stay; people are judged at each creditor by themselves.
 */
import type { PolicySet } from '../contact-law/policy.ts';
import { retentionEnd, retentionYears } from '../contact-law/retention.ts';
import { endedAgreements, endedAgreementsOf, firstLoggedAt, type EndedAgreement } from '../db/retention.ts';
import { forgetUnmatched } from '../db/replies.ts';
import { changeSetting, readSetting } from '../db/settings.ts';
import { DAY } from '../domain/zone.ts';
import type { Actor } from './actor.ts';
import { eraseUnder } from './person-erasure.ts';
import { underLockOf } from './person-by-ref.ts';
import type { RegisterContext } from './person-lock.ts';
import { policiesInForce } from './policies.ts';

/** Why data is kept though no agreement goes on; `tooEarly` is the rule, the others wait for somebody. */
export type Kept = 'tooEarly' | 'noRule' | 'running' | 'hold' | 'dispute' | 'preLegal' | 'money';

/** Ids only: what is told here is written to logs and terminals. */
export interface DuePerson {
  readonly personId: string;
  readonly creditorId: string;
  /** Of the longest rule of the places of their agreements. */
  readonly years: number;
}

export interface RetentionAnswer {
  readonly dryRun: boolean;
  /** Who is (or, in a dry run, would be) erased. */
  readonly people: readonly DuePerson[];
  /** Ids of those with whom it failed; they are tried again on the next day. */
  readonly failed: readonly string[];
  /** How many others none of whose agreements goes on are kept, by reason. */
  readonly kept: Readonly<Partial<Record<Kept, number>>>;
}

const RETENTION: Actor = { id: 'retention', role: 'system', creditorId: null };
const PAGE = 200;

type Verdict = { readonly due: DuePerson } | { readonly kept: Kept };

/** What is to happen with a person none of whose agreements (at least one) goes on. */
export function judge(policies: PolicySet, agreements: readonly EndedAgreement[], now: number): Verdict {
  const [first] = agreements;
  if (first === undefined) return { kept: 'running' };
  const is = (what: (agreement: EndedAgreement) => boolean): boolean => agreements.some(what);
  if (is(({ isRunning }) => isRunning)) return { kept: 'running' };
  if (is(({ holdUntil }) => holdUntil !== null && holdUntil > now)) return { kept: 'hold' };
  if (is(({ hasDispute }) => hasDispute)) return { kept: 'dispute' };
  if (is(({ hasCase }) => hasCase)) return { kept: 'preLegal' };
  if (is(({ hasMoney }) => hasMoney)) return { kept: 'money' };
  const years = agreements.map(({ address, country }) => retentionYears(policies, { country: address?.country ?? country, state: address?.region, city: address?.city }));
  if (years.includes(null)) return { kept: 'noRule' };
  const longest = Math.max(...years.map((one) => one ?? 0));
  if (is(({ zone, endedAt }) => retentionEnd(zone, endedAt, longest) > now)) return { kept: 'tooEarly' };
  return { due: { personId: first.personId, creditorId: first.creditorId, years: longest } };
}

interface Walk {
  readonly policies: PolicySet;
  readonly from: string | null;
  readonly dryRun: boolean;
  /** People looked at in one query. */
  readonly page: number;
  /** It ends with the page on which so many people had been erased or tried. */
  readonly most: number;
}

interface Looked {
  readonly people: readonly DuePerson[];
  readonly kept: readonly Kept[];
  readonly lastId: string | null;
}

/** Looks at the next page of people; nothing changes. */
async function look(ctx: RegisterContext, { policies, page }: Pick<Walk, 'policies' | 'page'>, after: string | null, now: number): Promise<Looked> {
  const { agreements, lastId } = await endedAgreements(ctx.db, after, page);
  const people: DuePerson[] = [];
  const kept: Kept[] = [];
  for (const own of Map.groupBy(agreements, ({ personId }) => personId).values()) {
    const verdict = judge(policies, own, now);
    if ('due' in verdict) people.push(verdict.due);
    else kept.push(verdict.kept);
  }
  return { people, kept, lastId };
}

/** Erases one person if it is still time under their lock: an agreement may have come, or money, since they were looked at. */
async function eraseIfDue(ctx: RegisterContext, policies: PolicySet, personId: string): Promise<DuePerson | null> {
  return underLockOf(ctx, personId, async (lock, person) => {
    const verdict = judge(policies, await endedAgreementsOf(lock.trx, personId), lock.now);
    if (!('due' in verdict)) return null;
    await eraseUnder(lock, ctx, RETENTION, person, { cancelOpen: false, reason: `retention of ${verdict.due.years} years is over` });
    return verdict.due;
  });
}

async function eraseAll(ctx: RegisterContext, policies: PolicySet, people: readonly DuePerson[]): Promise<{ people: DuePerson[]; failed: string[] }> {
  const done: { people: DuePerson[]; failed: string[] } = { people: [], failed: [] };
  for (const { personId } of people) {
    try {
      const erased = await eraseIfDue(ctx, policies, personId);
      if (erased !== null) done.people.push(erased);
    } catch (error) {
      done.failed.push(personId);
      // The message of a driver may quote the row, and that is the person.
      ctx.log.error({ personId, error: error instanceof Error ? error.name : 'unknown' }, 'a person whose retention is over could not be erased');
    }
  }
  return done;
}

interface Walked extends Omit<RetentionAnswer, 'dryRun'> {
  /** Where to go on; null: everybody was looked at. */
  readonly lastId: string | null;
}

/** Looks at people page by page and erases those whose time is over. */
async function walk(ctx: RegisterContext, how: Walk): Promise<Walked> {
  const now = await ctx.clock.now();
  const [people, failed]: [DuePerson[], string[]] = [[], []];
  const kept: Partial<Record<Kept, number>> = {};
  for (let after = how.from; ; ) {
    const looked: Looked = await look(ctx, how, after, now);
    const done = how.dryRun ? { people: looked.people, failed: [] } : await eraseAll(ctx, how.policies, looked.people);
    people.push(...done.people);
    failed.push(...done.failed);
    for (const reason of looked.kept) kept[reason] = (kept[reason] ?? 0) + 1;
    after = looked.lastId;
    if (after === null || people.length + failed.length >= how.most) return { people, failed, kept, lastId: after };
  }
}

/** Everybody whose time is over, now; the same again finds nobody. */
export async function retain(ctx: RegisterContext, { dryRun }: { readonly dryRun: boolean }, policies: PolicySet = policiesInForce()): Promise<RetentionAnswer> {
  const { people, failed, kept } = await walk(ctx, { policies, from: null, dryRun, page: PAGE, most: Infinity });
  return { dryRun, people, failed, kept };
}

const LAST_RUN = 'retention.lastRun';
/** How far a day's look has come: it ends after a batch, so that it keeps nobody else waiting for long, and goes on there. */
const POSITION = 'retention.position';
/** People erased (or tried) before a look makes a pause. */
const BATCH = 200;
/** No profile keeps data for less. */
const SHORTEST = 365 * DAY;

/** The duty of every day, for whoever calls now and then. */
export interface DailyRetention {
  /** When there is something to look at next, epoch ms; null: there are no agreements. */
  next(): Promise<number | null>;
  /** The next batch of the day's look, if it is time. */
  run(): Promise<{ readonly erased: number; readonly failed: number } | null>;
}

interface DailyOptions {
  readonly policies?: PolicySet;
  readonly page?: number;
  readonly batch?: number;
}

export function dailyRetention(ctx: RegisterContext, { policies = policiesInForce(), page = PAGE, batch = BATCH }: DailyOptions = {}): DailyRetention {
  // Agreements are logged in the order of the clock: the first one stays the first.
  let first: number | null = null;
  const next = async (): Promise<number | null> => {
    if (typeof (await readSetting(ctx.db, POSITION)) === 'string') return 0;
    const last = await readSetting(ctx.db, LAST_RUN);
    if (typeof last === 'number') return last + DAY;
    first ??= await firstLoggedAt(ctx.db);
    return first === null ? null : first + SHORTEST;
  };
  const run = async (): Promise<{ erased: number; failed: number } | null> => {
    const [due, now, position] = [await next(), await ctx.clock.now(), await readSetting(ctx.db, POSITION)];
    if (due === null || due > now) return null;
    const { people, failed, lastId } = await walk(ctx, { policies, from: typeof position === 'string' ? position : null, dryRun: false, page, most: batch });
    await ctx.db.transaction().execute(async (trx) => {
      await changeSetting(trx, POSITION, () => lastId);
      // No law of a place can be asked for whom nobody knows: what they wrote is kept no longer than the shortest of them.
      await forgetUnmatched(trx, now - SHORTEST);
      if (lastId === null) await changeSetting(trx, LAST_RUN, () => now);
    });
    const counts = { erased: people.length, failed: failed.length };
    if (counts.erased + counts.failed > 0) ctx.log.info(counts, 'people whose retention is over were erased');
    return counts;
  };
  return { next, run };
}
