/** Waiting for the sandbox's parts, with a sentence that names the part and its log when it does not come. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { Fleet } from './fleet.ts';
import { logFileOf, type OwnProcess } from './own-process.ts';

const LOOK_MS = 50;
const LIMIT_MS = 90_000;
/** A process that falls this often before it ever served will not serve. */
const TOO_MANY_DEATHS = 3;

export interface WaitOptions {
  readonly fleet: Fleet;
  readonly name: OwnProcess;
  readonly logs: string;
  readonly signal: AbortSignal;
}

/** Polls until `done`; ERR_BOOTSTRAP when the process keeps falling or 90 s have passed. */
export async function waitFor(done: () => Promise<boolean>, { fleet, name, logs, signal }: WaitOptions): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!(await done())) {
    signal.throwIfAborted();
    const falls = fleet.deaths(name) >= TOO_MANY_DEATHS;
    if (falls || performance.now() > deadline) {
      const file = logFileOf(logs, name);
      throw new AppError('ERR_BOOTSTRAP', `The process ${name} ${falls ? 'ends as soon as it starts' : 'does not come up'}; its log ${file} says: ${await lastWords(file)}`);
    }
    await sleep(LOOK_MS);
  }
}

/** True when the address answers with a status below 400. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
  await response?.body?.cancel();
  return response?.ok === true;
}

/** The last line that says something: stack frames and Node's own signature are passed over. */
async function lastWords(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => /^\S/.test(line) && !/^(Node\.js v|\^+$|})/.test(line));
  return lines.at(-1)?.slice(0, 300) ?? 'nothing';
}
