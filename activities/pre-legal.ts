/** Activities of `preLegal`. */
import { readPreLegal } from '../src/register/pre-legal.ts';
import type { PreLegalActivities } from '../workflows/contract.ts';
import { inContext, type ActivityDeps } from './context.ts';

export function createPreLegalActivities(deps: ActivityDeps): PreLegalActivities {
  return { readPreLegal: ({ caseId }) => inContext(deps, 'readPreLegal', (ctx) => readPreLegal(ctx, caseId)) };
}
