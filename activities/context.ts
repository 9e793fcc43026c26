/** What every activity is given, and how one runs: with its own business time, its errors mapped. */
import type { RegisterContext } from '../src/register/person-lock.ts';
import { activityClock } from './clock.ts';
import { mapped } from './errors.ts';

export interface ActivityDeps {
  readonly ctx: RegisterContext;
}

/** The register's context with the business time of the running activity. */
export function activityContext(deps: ActivityDeps): RegisterContext {
  return { ...deps.ctx, clock: activityClock(deps.ctx.clock) };
}

/** Runs an activity's body on the register. */
export function inContext<T>(deps: ActivityDeps, name: string, work: (ctx: RegisterContext) => Promise<T>): Promise<T> {
  return mapped(deps.ctx.log, name, () => work(activityContext(deps)));
}
