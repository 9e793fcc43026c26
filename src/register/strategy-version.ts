/** A strategy sent to the API becomes the next version; agreements keep the one they were logged with. */
import canonicalize from 'canonicalize';
import { latestStrategy } from '../db/strategies.ts';
import { AppError } from '../errors.ts';
import { parseStrategy } from '../strategy/schema.ts';
import type { Strategy } from '../strategy/strategy.ts';
import type { FeasibilityRemark } from '../strategy/feasibility/judge.ts';
import type { Actor } from './actor.ts';
import { requireFeasible } from './feasible.ts';
import type { RegisterContext } from './person-lock.ts';
import { publishStrategy, readStrategies, type StrategyAnswer } from './publish.ts';

const TRIES = 5;

export interface PublishedVersion {
  /** false: it is the newest version already. */
  readonly created: boolean;
  readonly strategy: StrategyAnswer;
  /** What slips or lapses at times, by which rule. */
  readonly warnings: readonly FeasibilityRemark[];
}

/**
 * Publishes a strategy file (contract.md section 8) under the version after the newest; the content of the newest again
 * changes nothing. ERR_STRATEGY with the path of every wrong field, or with the steps and rules that cannot be lived; strategies serve all creditors, so a creditor's key may not.
 */
export async function publishNextVersion(ctx: RegisterContext, actor: Actor, file: unknown): Promise<PublishedVersion> {
  if (actor.creditorId !== null) throw new AppError('ERR_ROLE', 'Only a key of all creditors publishes strategies.');
  const { id } = parseStrategy(file, { version: 1 });
  for (let left = TRIES - 1; ; left -= 1) {
    const newest = await latestStrategy(ctx.db, id);
    if (newest !== undefined && sameSteps(newest.definition, parseStrategy(file, { version: newest.version }))) {
      return { created: false, strategy: await read(ctx, id, newest.version), warnings: [] };
    }
    const strategy = parseStrategy(file, { version: (newest?.version ?? 0) + 1 });
    const warnings = await requireFeasible(ctx, strategy);
    try {
      const created = await publishStrategy(ctx, strategy, typeof file === 'string' ? file : JSON.stringify(file));
      return { created, strategy: await read(ctx, id, strategy.version), warnings };
    } catch (error) {
      // Somebody else published another content under this version meanwhile.
      if (left === 0 || !(error instanceof AppError) || error.code !== 'ERR_STRATEGY') throw error;
    }
  }
}

function sameSteps(stored: Strategy, given: Strategy): boolean {
  return canonicalize(stored) === canonicalize(given);
}

async function read(ctx: RegisterContext, id: string, version: number): Promise<StrategyAnswer> {
  const found = (await readStrategies(ctx)).find((one) => one.id === id && one.version === version);
  if (found === undefined) throw new AppError('ERR_INTERNAL');
  return found;
}
