/** The workflow bundle and the build id that names it: the same sources give the same id on every machine. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Folders whose code can end up in the bundle. */
const SOURCES = ['workflows', 'src/domain', 'src/strategy'];

async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(path.join(ROOT, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

/** `<12 hex digits>` of SHA-256 over the workflow sources and the SDK's version. */
export async function buildId(): Promise<string> {
  const hash = createHash('sha256');
  const sdk = createRequire(import.meta.url)('@temporalio/workflow/package.json') as { version: string };
  hash.update(sdk.version);
  const files = (await Promise.all(SOURCES.map(sourceFiles))).flat().sort();
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(path.join(ROOT, file)));
  return hash.digest('hex').slice(0, 12);
}

/** Path of the bundle in `cacheDir`; bundles once per build id (1.5 s), safely with several processes at once. */
export async function workflowBundle(cacheDir: string): Promise<string> {
  const target = path.join(cacheDir, `workflows-${await buildId()}.cjs`);
  if (existsSync(target)) return target;
  await mkdir(cacheDir, { recursive: true });
  const { code } = await bundleWorkflowCode({ workflowsPath: path.join(ROOT, 'workflows/index.ts') });
  const draft = `${target}.${randomUUID()}`;
  await writeFile(draft, code);
  await rename(draft, target);
  return target;
}
