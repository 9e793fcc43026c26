/** sandbox.json while processes fall and come back: whole at every moment, the last word in the end, and gone after a clean stop. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Publication } from '../../src/sandbox/publication.ts';
import { readSandbox, type Sandbox } from '../../src/sandbox/sandbox-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pacto-publication-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const described: Omit<Sandbox, 'pids'> = {
  apiUrl: 'http://127.0.0.1:1', consoleUrl: null, temporalUi: '', temporalAddress: '', namespace: 'default', databaseUrl: '', providerUrl: '', smtpPort: 1, outboxUrl: '',
  adminKey: 'key', accounts: [],
};
const pids = (api: number): Sandbox['pids'] => ({ api, worker: 2, pump: 3, temporal: 4, postgres: 5, provider: 6 });

test('six processes that come back at once: every write succeeds, and the last process id stands', async () => {
  let api = 1;
  const publication = new Publication(folder, () => ({ ...described, pids: pids(api) }));
  await publication.open();
  const writes = Array.from({ length: 30 }, () => ((api += 1), publication.refresh()));
  await expect(Promise.all(writes)).resolves.toHaveLength(30);
  expect((await readSandbox(folder))?.pids.api).toBe(31);
  expect(await readdir(folder)).toEqual(['sandbox.json']);
});

test('nothing is published before it is opened, nor after it was withdrawn, however late a process comes back', async () => {
  const publication = new Publication(folder, () => ({ ...described, pids: pids(1) }));
  await publication.refresh();
  expect(await readSandbox(folder)).toBeNull();
  await publication.open();
  const late = publication.refresh();
  await publication.withdraw();
  await late;
  await publication.refresh();
  expect(await readdir(folder)).toEqual([]);
});
