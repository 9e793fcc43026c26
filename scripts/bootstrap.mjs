// The one file that runs before anything is installed: plain JavaScript for Node >= 20, no dependency.
// It brings node_modules to the lockfile, then hands over to Node 24 (npm package `node`), which runs the .ts entry directly.
// Everything it says goes to stderr, so that `npm run -s pacto -- <command> --json` stays one JSON document on stdout.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedAsLocked } from './lockfile.mjs';

const MINIMUM_NODE = 20;
const RUNTIME_NODE = 24;
const HEARTBEAT_MS = 10_000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Mode (first argument, given by the npm script) -> program run by Node 24, and what stands before the user's own arguments. */
const PROGRAMS = {
  start: { entry: 'src/sandbox/start.ts', first: [] },
  test: { entry: 'tests/setup/run.ts', first: ['all'] },
  check: { entry: 'tests/setup/run.ts', first: ['check'] },
  pacto: { entry: 'src/cli/main.ts', first: [] },
  bench: { entry: 'bench/main.ts', first: [] },
  calendars: { entry: 'scripts/calendars.ts', first: [] },
  mutants: { entry: 'tests/mutants/run.ts', first: [] },
  'save-histories': { entry: 'tests/replay/save.ts', first: [] },
  temporal: { entry: 'src/sandbox/servers/temporal-cli.ts', first: [] },
};

function fail(sentence) {
  process.stderr.write(`pacto: ${sentence}\n`);
  process.exit(1);
}

function say(line) {
  process.stderr.write(`pacto: ${line}\n`);
}

/** Runs npm of this machine; resolves to its exit code and the last lines it wrote to stderr. */
function npmCi() {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund'];
  const [command, commandArgs] = npm?.endsWith('.js') ? [process.execPath, [npm, ...args]] : ['npm', args];
  return new Promise((resolve) => {
    const child = spawn(command, commandArgs, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stdout.on('data', (chunk) => process.stderr.write(chunk));
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-4000);
    });
    child.on('error', (error) => resolve({ code: 1, errors: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, errors }));
  });
}

async function install() {
  say('installing packages into node_modules (about 1 minute and 600 MB the first time) …');
  const began = Date.now();
  const heartbeat = setInterval(() => say(`… still installing (${Math.round((Date.now() - began) / 1000)} s)`), HEARTBEAT_MS);
  const { code, errors } = await npmCi();
  clearInterval(heartbeat);
  if (code !== 0) {
    const cause = errors.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim()).find((line) => line !== '') ?? `exit code ${code}`;
    fail(`npm ci failed (${cause}): check that this machine reaches its npm registry and has 1 GB of disk free, then run the same command again.`);
  }
  say(`packages installed in ${Math.round((Date.now() - began) / 1000)} s.`);
}

/** Node 24's own binary, or a sentence: npm may have skipped the install script that puts it there. */
function runtime() {
  const manifest = join(root, 'node_modules', 'node', 'package.json');
  const binary = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  if (Number(process.versions.node.split('.')[0]) >= RUNTIME_NODE) return process.execPath;
  const found = existsSync(manifest) ? 'its install script did not run (npm config ignore-scripts?)' : 'it is missing';
  return fail(`Node ${RUNTIME_NODE} should have come with the npm package "node", but ${found}: run npm rebuild node, or use Node ${RUNTIME_NODE} yourself.`);
}

/** Becomes the program where the system can (one process, signals arrive directly), else runs it as a child. */
function become(binary, args) {
  if (typeof process.execve === 'function' && process.platform !== 'win32') process.execve(binary, [binary, ...args], process.env);
  const child = spawn(binary, args, { stdio: 'inherit' });
  // Ctrl-C reaches the child by the terminal; a plain kill of this process has to be passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${binary} does not run (${error.message}): remove node_modules and run the same command again.`));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + (signal === 'SIGINT' ? 2 : 15);
  });
}

const major = Number(process.versions.node.split('.')[0]);
if (major < MINIMUM_NODE) fail(`Node ${process.versions.node} is too old: install Node ${MINIMUM_NODE} or newer.`);
const [mode, ...rest] = process.argv.slice(2);
const program = PROGRAMS[mode];
if (program === undefined) fail(`unknown mode "${mode ?? ''}": one of ${Object.keys(PROGRAMS).join(', ')}.`);
if (!existsSync(join(root, program.entry))) fail(`this release has no ${program.entry}.`);
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const hidden = join(root, 'node_modules', '.package-lock.json');
if (!existsSync(hidden) || !installedAsLocked(lock, JSON.parse(readFileSync(hidden, 'utf8')))) await install();
process.env.PATH = `${join(root, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`;
become(runtime(), [join(root, program.entry), ...program.first, ...rest]);
