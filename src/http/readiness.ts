/** Whether an installation is ready: contract.md section 1. */
import type { Db } from '../db/pool.ts';
import { ping, published } from '../db/published.ts';
import { agreementsStarting, sampleState } from '../db/sandbox-progress.ts';

/** Says what is still missing, or null; once everything was there only the database is asked whether it answers. */
export function readiness(db: Db): () => Promise<string | null> {
  let complete = false;
  return async () => {
    if (complete) {
      await ping(db);
      return null;
    }
    const missing = await whatIsMissing(db);
    complete = missing === null;
    return missing;
  };
}

async function whatIsMissing(db: Db): Promise<string | null> {
  const { strategies, templates } = await published(db);
  if (!strategies) return 'no strategy is published';
  if (!templates) return 'no template is published';
  const sample = await sampleState(db);
  if (sample === 'loading') return 'the sample portfolio is being loaded';
  // Outside a sandbox agreements arrive all the time; only the sample is waited for.
  const starting = sample === 'loaded' ? await agreementsStarting(db) : 0;
  return starting === 0 ? null : `${starting} agreements of the sample have no workflow yet`;
}
