/** Keeps the history of a run as a draft; the saver (tests/replay/save.ts) makes it one of the release's. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { buildId } from '../../../src/worker/bundle.ts';
import type { TemporalGateway } from '../../../src/client/temporal.ts';
import { storedHistory, unfit, withoutMachine } from '../history.ts';
import type { PathName } from '../paths.ts';
import { historyToJson } from '../proto-json.ts';
import { DRAFTS, type Draft } from '../release.ts';

export interface Kept {
  readonly path: PathName;
  readonly workflowId: string;
  /** Absent: the latest run. */
  readonly runId?: string;
}

/** `queue` is the run's task queue, `<prefix>-agreements`: the prefix goes. */
export async function keep({ client }: TemporalGateway, queue: string, { path, workflowId, runId }: Kept): Promise<void> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const prefix = queue.slice(0, -'-agreements'.length);
  const history = storedHistory.parse(withoutMachine(historyToJson(await handle.fetchHistory()), { prefix }));
  expect({ path, unfit: unfit(history) }).toEqual({ path, unfit: [] });
  const draft: Draft = { path, workflowId, workflowType: (await handle.describe()).type, buildId: await buildId(), history };
  await mkdir(DRAFTS, { recursive: true });
  await writeFile(join(DRAFTS, `${path}.json`), JSON.stringify(draft));
}
