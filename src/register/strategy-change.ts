/** Moving running agreements from one strategy to another: facts like any other, told to their workflows. */
import { agreementsFollowing, setStrategyChosen } from '../db/segments.ts';
import { latestStrategy, strategyOf as publishedStrategy } from '../db/strategies.ts';
import { creditorById } from '../db/creditors.ts';
import { strategyOf } from '../domain/facts.ts';
import { viewOf } from '../domain/view.ts';
import { AppError } from '../errors.ts';
import { withOverrides } from '../strategy/overrides.ts';
import type { Strategy } from '../strategy/strategy.ts';
import type { Actor } from './actor.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';

/** A published strategy as people write it: `standard@2`, or `standard` for its newest version (as a source: for all of them). */
export interface StrategyRef {
  readonly id: string;
  readonly version: number | null;
}

/** ERR_STRATEGY when it is not of that form. */
export function strategyRef(text: string): StrategyRef {
  const [, id, version] = /^([a-z][a-z0-9-]{0,59})(?:@(\d{1,9}))?$/.exec(text) ?? [];
  if (id === undefined) throw new AppError('ERR_STRATEGY', `${text} names no strategy: write standard or standard@2.`);
  return { id, version: version === undefined ? null : Number(version) };
}

/** The published strategy of a reference, the newest where none is said; ERR_STRATEGY when there is none. */
export async function publishedOf(ctx: Pick<RegisterContext, 'db'>, ref: StrategyRef): Promise<Strategy> {
  if (ref.version !== null) return publishedStrategy(ctx.db, ref.id, ref.version);
  const newest = await latestStrategy(ctx.db, ref.id);
  if (newest === undefined) throw new AppError('ERR_STRATEGY', `There is no strategy ${ref.id}.`);
  return newest.definition;
}

export interface Migration {
  readonly from: StrategyRef;
  readonly to: { readonly id: string; readonly version: number };
  readonly dryRun: boolean;
  /** Agreements that moved, or would. */
  readonly agreements: readonly { readonly id: string; readonly creditorId: string; readonly externalId: string }[];
  /** Left as they are: another country, or somebody was faster. */
  readonly left: number;
}

const BATCH = 200;

/**
 * Moves every running agreement of `from` to `to`, batch by batch, each under its person's lock; interrupted it is
 * simply run again, because what has moved does not follow `from` any more. What is settled, closed or with the lawyers stays.
 */
export async function migrateStrategy(ctx: RegisterContext, actor: Actor, from: StrategyRef, toRef: StrategyRef, options: { readonly dryRun: boolean; readonly progress?: (moved: number) => void }): Promise<Migration> {
  if (actor.creditorId !== null) throw new AppError('ERR_ROLE', 'Only a key of all creditors moves agreements between strategies.');
  const to = await publishedOf(ctx, toRef);
  if (from.version !== null) await publishedOf(ctx, from);
  const moved: Migration['agreements'][number][] = [];
  let left = 0;
  for (let after: string | null = null; ; ) {
    const rows: Awaited<ReturnType<typeof agreementsFollowing>> = await agreementsFollowing(ctx.db, from, after, BATCH);
    for (const row of rows) {
      if (await moveOne(ctx, row.id, from, to, options.dryRun)) moved.push({ id: row.id, creditorId: row.creditor_id, externalId: row.external_id });
      else left += 1;
    }
    options.progress?.(moved.length);
    after = rows.at(-1)?.id ?? null;
    if (rows.length < BATCH) return { from, to: { id: to.id, version: to.version }, dryRun: options.dryRun, agreements: moved, left };
  }
}

async function moveOne(ctx: RegisterContext, agreementId: string, from: StrategyRef, to: Strategy, dryRun: boolean): Promise<boolean> {
  if (dryRun) {
    const { state, row } = await loadState(ctx.db, agreementId);
    return mayMove(from, to, strategyOf(state), row.country);
  }
  return underAgreementLock(ctx, agreementId, async (lock, row) => {
    const { state } = await loadState(lock.trx, agreementId);
    const { phase } = viewOf(state);
    if ((phase !== 'active' && phase !== 'broken') || !mayMove(from, to, strategyOf(state), row.country)) return false;
    await changeStrategyUnder(lock, ctx, agreementId, row.creditor_id, to);
    return true;
  });
}

function mayMove(from: StrategyRef, to: Strategy, current: Strategy, country: string): boolean {
  const follows = current.id === from.id && (from.version === null || current.version === from.version);
  return follows && !(current.id === to.id && current.version === to.version) && to.country.includes(country);
}

/** Enters the change under the person's lock, with what the creditor overrides in the new strategy. */
export async function changeStrategyUnder(lock: PersonLock, ctx: RegisterContext, agreementId: string, creditorId: string, to: Strategy, chosen?: 'segment'): Promise<void> {
  const creditor = await creditorById(lock.trx, creditorId);
  const strategy = withOverrides(to, creditor?.settings.strategies?.[to.id]);
  await recordFact(lock, ctx, agreementId, { id: `strategyChanged/${ctx.newId()}`, body: { kind: 'strategyChanged', strategy }, tell: 'workflow' });
  if (chosen !== undefined) await setStrategyChosen(lock.trx, agreementId, chosen);
}
