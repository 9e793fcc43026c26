/** Files that become agreements: with a wrong row, in several parts, only looked at. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImportActivities } from '../../../activities/import.ts';
import { readImportRows } from '../../../src/register/import/rows.ts';
import { takeInAgreements } from '../../../src/register/import/take-in.ts';
import { csv, hand, openDesk, row, type ImportDesk } from '../../import/desk.ts';
import { testTemporal } from '../../setup/temporal.ts';
import type { PATHS } from '../paths.ts';
import { keep } from './keep.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

let desk: ImportDesk;
let workshop: Workshop;
/** Rows and agreements an activity takes; null: as it does in production. */
let part: number | null = null;

beforeAll(async () => {
  desk = await openDesk();
  const real = createImportActivities({ ctx: desk.ctx });
  const silent = (): void => undefined;
  const progress = { lines: 30, readLines: 30, agreements: 30, settled: 30, rejected: 0 };
  workshop = await openWorkshop(testTemporal(), {
    readRows: async (input: { importId: string }) => (part === null ? real.readRows(input) : { done: await readImportRows(desk.ctx, input.importId, silent, part), progress }),
    takeInAgreements: async (input: { importId: string }) => (part === null ? real.takeInAgreements(input) : { done: await takeInAgreements(desk.ctx, input.importId, { beat: silent, part }), progress }),
  });
});
afterAll(async () => {
  await workshop?.close();
  await desk?.close();
});

async function run(path: keyof (typeof PATHS)['import.path.ts'], file: string, dryRun: boolean): Promise<unknown> {
  const { importId } = await hand(desk.ctx, file, { dryRun });
  const workflowId = `import/${importId}`;
  await workshop.gateway.start({ workflowId, workflowType: 'importFile', input: { v: 1, importId } });
  const result: unknown = await workshop.gateway.client.workflow.getHandle(workflowId).result();
  await keep(workshop.gateway, workshop.queue, { path, workflowId });
  return result;
}

test('files are taken in, and every path is kept', async () => {
  const rows = (name: string, count: number) => Array.from({ length: count }, (_, n) => row(`${name}-${n}`, 1));
  expect(await run('import-dry-run', csv(rows('dry', 3)), true)).toMatchObject({ settled: 3, rejected: 0 });
  expect(await run('import-done', csv([...rows('done', 3), row('done-wrong', 1, { amount: '1,5' })]), false)).toMatchObject({ items: 4, settled: 4, rejected: 1 });
  part = 10;
  await run('import-in-parts', csv(rows('parts', 30)), false);
  expect(await desk.db.selectFrom('agreement').select('id').where('external_id', 'like', 'parts-%').execute()).toHaveLength(30);
});
