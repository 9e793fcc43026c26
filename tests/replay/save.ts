/**
 * `npm run save-histories [-- <path>…]`: drives the paths on the real server in virtual time and stores their histories
 * under tests/replay/<version>. A version that CHANGELOG.md calls released is closed: its histories never change.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { allPaths } from './paths.ts';
import { draft, DRAFTS, hashOf, INDEX, isReleased, readIndex, releases, REPLAY_FOLDER, type Entry, type ReleaseIndex } from './release.ts';

const PROJECT = join(REPLAY_FOLDER, '..', '..');
const SDK = '@temporalio/workflow/package.json';

function drive(files: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(join(PROJECT, 'node_modules', '.bin', 'vitest'), ['run', '--config', 'tests/replay/vitest.config.ts', ...files], { cwd: PROJECT, stdio: 'inherit' });
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Stores the drafts of these paths and returns what the index says of them. */
async function store(folder: string, names: readonly string[]): Promise<{ entries: Entry[]; buildIds: string[] }> {
  const entries: Entry[] = [];
  const buildIds: string[] = [];
  for (const path of names) {
    const { history, workflowType, workflowId, buildId } = draft.parse(JSON.parse(await readFile(join(DRAFTS, `${path}.json`), 'utf8')));
    const text = `${JSON.stringify(history)}\n`;
    await writeFile(join(folder, `${path}.json`), text);
    entries.push({ path, what: allPaths().find(({ name }) => name === path)?.what ?? '', workflowType, workflowId, sha256: hashOf(text) });
    buildIds.push(buildId);
  }
  return { entries, buildIds };
}

async function save(asked: readonly string[]): Promise<number> {
  const { version } = createRequire(import.meta.url)(join(PROJECT, 'package.json')) as { version: string };
  if (isReleased(version, await readFile(join(PROJECT, 'CHANGELOG.md'), 'utf8'))) {
    process.stderr.write(`pacto: release ${version} is out: its histories never change. Raise the version in package.json first.\n`);
    return 1;
  }
  const paths = allPaths();
  const strange = asked.filter((name) => !paths.some((path) => path.name === name));
  if (strange.length > 0) {
    process.stderr.write(`pacto: there is no path ${strange.join(', ')}; the paths are in tests/replay/paths.ts.\n`);
    return 2;
  }
  const wanted = paths.filter(({ name }) => asked.length === 0 || asked.includes(name));
  await rm(DRAFTS, { recursive: true, force: true });
  if ((await drive([...new Set(wanted.map(({ file }) => file))])) !== 0) return 1;

  const folder = join(REPLAY_FOLDER, version);
  // A path that is no longer driven goes with a full save; a partial one replaces what was asked for.
  const known = releases().includes(version) && asked.length > 0 ? readIndex(version) : null;
  if (known === null) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { entries, buildIds } = await store(folder, wanted.map(({ name }) => name));
  const kept = (known?.histories ?? []).filter(({ path }) => !entries.some((entry) => entry.path === path));
  const { version: sdk } = createRequire(import.meta.url)(SDK) as { version: string };
  const index: ReleaseIndex = {
    release: version, buildIds: [...new Set([...(kept.length === 0 ? [] : known?.buildIds ?? []), ...buildIds])], sdk,
    histories: [...kept, ...entries].sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
  await writeFile(join(folder, INDEX), `${JSON.stringify(index, null, 2)}\n`);
  process.stdout.write(`${entries.length} histories stored in tests/replay/${version}.\n`);
  return 0;
}

process.exitCode = await save(process.argv.slice(2));
