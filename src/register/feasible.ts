/** Whether a strategy may be published: no contradiction in it, and it can be lived under the law of its countries. */
import { setImmediate as breathe } from 'node:timers/promises';
import { shippedPolicies } from '../contact-law/shipped.ts';
import type { PolicySet } from '../contact-law/policy.ts';
import { localDate } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import { checkStrategy } from '../strategy/check.ts';
import { judgeParts, sweepFrom, together, type Feasibility, type FeasibilityRemark } from '../strategy/feasibility/judge.ts';
import type { Strategy } from '../strategy/strategy.ts';
import type { RegisterContext } from './person-lock.ts';

let policies: PolicySet | undefined;

/**
 * Throws ERR_STRATEGY with the steps and rules of what can never happen or would open a case that nobody was told of;
 * gives the warnings. It reckons for seconds, so it lets others in between.
 */
export async function requireFeasible(ctx: Pick<RegisterContext, 'clock'>, strategy: Strategy, countries: readonly string[] = strategy.country): Promise<readonly FeasibilityRemark[]> {
  const problems = countries.flatMap((country) => checkStrategy(strategy, country));
  if (problems.length > 0) throw refused(strategy, problems.map(({ step, message }) => ({ path: step ?? strategy.id, message })));
  policies ??= shippedPolicies(process.versions.tz ?? 'unknown');
  const parts: Feasibility[] = [];
  for (const part of judgeParts(policies, strategy, sweepFrom(policies, localDate('UTC', await ctx.clock.now())), countries)) {
    parts.push(part);
    await breathe();
  }
  const { refusals, warnings } = together(parts);
  if (refusals.length > 0) throw refused(strategy, refusals.map(({ step, message }) => ({ path: step ?? strategy.id, message })));
  return warnings;
}

function refused(strategy: Strategy, errors: readonly { path: string; message: string }[]): AppError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new AppError('ERR_STRATEGY', `The strategy ${strategy.id} cannot be lived: ${first?.path ?? ''} ${first?.message ?? ''}${more}.`, { errors });
}
