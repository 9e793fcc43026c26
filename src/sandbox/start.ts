/** `npm start`: the whole of Pacto on this machine, from an empty folder to the live line, and back on Ctrl-C. */
import { resolve } from 'node:path';
import { readEnvironment } from '../config.ts';
import { setPlay } from '../db/clock-row.ts';
import { liveCounts } from '../db/sandbox-progress.ts';
import { AppError } from '../errors.ts';
import { choosePorts, openDataFolder, type DataFolder } from './data-folder.ts';
import { Fleet } from './fleet.ts';
import { languageOf, showLiveLine } from './live-line.ts';
import { Publication } from './publication.ts';
import { removeSandbox, type Sandbox } from './sandbox-file.ts';
import { loadSecrets } from './secrets.ts';
import { startGuardian, type Guardian } from './servers/guardian.ts';
import { parseStartOptions, START_HELP, type StartOptions } from './start-options.ts';
import type { Supervised } from './supervise.ts';

/** On a terminal the live line is wiped first; it comes back a second later. */
const say = (line: string): void => void process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[2K' : ''}pacto: ${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** What has to be undone at the end, as far as it got. */
class Run {
  readonly stopping = new AbortController();
  readonly guardian: Guardian;
  readonly fleet: Fleet;
  readonly dataDir: string;
  readonly publication: Publication;
  folder: DataFolder | null = null;
  supervised: Supervised | null = null;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.guardian = startGuardian();
    this.publication = new Publication(dataDir, () => this.#state());
    // An id that names nobody any more is taken off at once: the system may give the number to somebody else.
    const changed = (): void => void this.publication.refresh().catch((error: unknown) => say(`sandbox.json could not be written: ${String(error)}`));
    this.fleet = new Fleet({
      onStart: changed,
      onDeath: (name) => {
        changed();
        say(`${name} ended by itself and is started again (see ${resolve(dataDir, 'logs')}).`);
      },
    });
  }

  #state(): Sandbox {
    if (this.supervised === null) throw new AppError('ERR_INTERNAL', 'The sandbox is published before it is ready.');
    return { ...this.supervised.described, pids: this.fleet.pids() };
  }

  async end(): Promise<void> {
    this.stopping.abort();
    if (this.folder !== null) await this.publication.withdraw();
    if (this.supervised !== null) {
      await setPlay(this.supervised.ctx.db, 0).catch(() => {});
      await this.supervised.opened.close();
    }
    await this.fleet.stop();
    await this.folder?.release();
    this.guardian.close();
  }
}

async function start(run: Run, options: StartOptions): Promise<void> {
  const { dataDir, fleet, guardian } = run;
  const { signal } = run.stopping;
  run.folder = await openDataFolder(dataDir, { pid: process.pid, guardianPid: guardian.pid(), reset: options.reset, say });
  await removeSandbox(dataDir);
  const ports = await choosePorts(dataDir, options.port, say);
  const secrets = await loadSecrets(dataDir);
  const { variables } = readEnvironment();
  // Loaded only now: a wrong flag or a folder in use is answered at once.
  const { supervise } = await import('./supervise.ts');
  run.supervised = await supervise({ options, variables, dataDir, logs: run.folder.logs, ports, secrets, fleet, guardian, say, signal });
  await run.publication.open();
  announce(run.supervised.described, dataDir);
  if (options.play) await play(run.supervised.described, options.daysPerSecond);
}

function announce(sandbox: Omit<Sandbox, 'pids'>, dataDir: string): void {
  print([
    '',
    `  API           ${sandbox.apiUrl}        reference: ${sandbox.apiUrl}/docs`,
    `  Temporal UI   ${sandbox.temporalUi}`,
    `  Outbox        ${sandbox.outboxUrl}       every message as the debtor got it`,
    `  Key and more  ${resolve(dataDir, 'sandbox.json')}`,
    '',
    'ready',
  ].join('\n'));
}

async function play(sandbox: Omit<Sandbox, 'pids'>, daysPerSecond: number): Promise<void> {
  const response = await fetch(`${sandbox.apiUrl}/sandbox/play`, {
    method: 'POST', headers: { authorization: `Bearer ${sandbox.adminKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ daysPerSecond }),
  });
  if (!response.ok) throw new AppError('ERR_BOOTSTRAP', `The API refused to play (status ${response.status}): ${(await response.text()).slice(0, 300)}`);
}

async function live({ supervised, stopping }: Run): Promise<void> {
  if (supervised === null) return;
  const { ctx } = supervised;
  const read = async () => ({ now: await ctx.clock.now(), counts: await liveCounts(ctx.db) });
  await showLiveLine({ read, language: languageOf(process.env), out: process.stdout }, stopping.signal);
}

/** One press of Ctrl-C can arrive twice: from the terminal and passed on by npm. */
const SAME_PRESS_MS = 1_500;

/** The first signal ends everything in order; the second leaves the rest to the guardian. */
function endOnSignal(run: Run): Promise<void> {
  return new Promise((resolveEnd) => {
    let asked: number | null = null;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (asked !== null && performance.now() - asked < SAME_PRESS_MS) return;
        if (asked !== null) process.exit(130);
        asked = performance.now();
        say('stopping; the next start goes on from here.');
        run.stopping.abort();
        resolveEnd();
      });
    }
  });
}

function sentence(error: unknown): string {
  if (error instanceof AppError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function main(): Promise<void> {
  const options = parseStartOptions(process.argv.slice(2));
  if (options === 'help') return print(START_HELP);
  const run = new Run(resolve(options.dataDir));
  const asked = endOnSignal(run);
  try {
    const started = start(run, options).then(() => live(run));
    await Promise.race([started, asked]);
    // Asked to stop in the middle of a start: the step under way is let through, so that the fleet knows what it started.
    await started;
  } catch (error) {
    if (!run.stopping.signal.aborted) {
      say(sentence(error));
      process.exitCode = 1;
    }
  }
  await run.end();
}

try {
  await main();
} catch (error) {
  say(sentence(error));
  process.exitCode = error instanceof AppError && error.code === 'ERR_USAGE' ? 2 : 1;
}
process.exit();
