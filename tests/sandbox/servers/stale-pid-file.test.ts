/** A server that was killed leaves its pid file, and the number may belong to somebody else by the time we look. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive } from '../../../src/sandbox/alive.ts';
import { startPostgres } from '../../../src/sandbox/servers/postgres-server.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pacto-pid-'));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a pid file that names another PostgreSQL leaves that one alone, and our own starts', async () => {
  const others = await startPostgres({ dataDir: join(folder, 'others'), password: 'pacto' });
  const ours = await startPostgres({ dataDir: join(folder, 'ours'), password: 'pacto' });
  process.kill(ours.pid, 'SIGKILL');
  await ours.exited;
  await writeFile(join(folder, 'ours', 'postmaster.pid'), `${others.pid}\n${join(folder, 'ours')}\n`);
  const again = await startPostgres({ dataDir: join(folder, 'ours'), password: 'pacto' });
  expect(isAlive(others.pid)).toBe(true);
  expect(isAlive(again.pid)).toBe(true);
  await Promise.all([again.stop(), others.stop()]);
}, 60_000);

test('a server that outlived its supervisor is stopped before ours starts on its folder', async () => {
  const orphan = await startPostgres({ dataDir: join(folder, 'orphaned'), password: 'pacto' });
  const said: string[] = [];
  const again = await startPostgres({ dataDir: join(folder, 'orphaned'), password: 'pacto', say: (line) => said.push(line) });
  expect([isAlive(orphan.pid), isAlive(again.pid)]).toEqual([false, true]);
  expect(said).toContainEqual(expect.stringContaining('still holds the data folder'));
  await again.stop();
}, 60_000);
