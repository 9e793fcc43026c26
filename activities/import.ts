/** Activities of `importFile`, on the queue `batch`. Where an import stands is in PostgreSQL; the heartbeat tells that somebody is at it. */
import { Context } from '@temporalio/activity';
import { importProgress } from '../src/register/import/reads.ts';
import { readImportRows } from '../src/register/import/rows.ts';
import { takeInAgreements } from '../src/register/import/take-in.ts';
import type { ImportActivities } from '../workflows/contract.ts';
import type { ActivityDeps } from './context.ts';
import { mapped } from './errors.ts';

export function createImportActivities({ ctx }: ActivityDeps): ImportActivities {
  // The register's own clock: an import logs agreements when they are logged, whatever the time of its execution.
  return {
    readRows: ({ importId }) => mapped(ctx.log, 'readRows', async () => {
      const context = Context.current();
      const done = await readImportRows(ctx, importId, (line) => context.heartbeat({ line }));
      return { done, progress: await importProgress(ctx, importId) };
    }),
    takeInAgreements: ({ importId }) => mapped(ctx.log, 'takeInAgreements', async () => {
      const context = Context.current();
      const done = await takeInAgreements(ctx, importId, { beat: (agreement) => context.heartbeat({ agreement }), signal: context.cancellationSignal });
      context.cancellationSignal.throwIfAborted();
      return { done, progress: await importProgress(ctx, importId) };
    }),
  };
}
