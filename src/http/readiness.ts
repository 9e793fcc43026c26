/** Whether an installation is ready: contract.md section 1. */
import { agreementsStarting, sampleState } from '../db/sandbox-progress.ts';
import type { Db } from '../db/pool.ts';
import { listStrategies } from '../db/strategies.ts';

/** Says what is still missing, or null; once everything was there only the database is asked whether it answers. */
export function readiness(db: Db): () => Promise<string | null> {
  let complete = false;
  return async () => {
    if (complete) {
      await db.selectFrom('clock').select('id').execute();
      return null;
    }
    const missing = await whatIsMissing(db);
    complete = missing === null;
    return missing;
  };
}

async function whatIsMissing(db: Db): Promise<string | null> {
  if ((await listStrategies(db)).length === 0) return 'no strategy is published';
  if ((await db.selectFrom('template').select('key').limit(1).execute()).length === 0) return 'no template is published';
  const sample = await sampleState(db);
  if (sample === 'loading') return 'the sample portfolio is being loaded';
  // Outside a sandbox agreements arrive all the time; only the sample is waited for.
  const starting = sample === 'loaded' ? await agreementsStarting(db) : 0;
  return starting === 0 ? null : `${starting} agreements of the sample have no workflow yet`;
}
