/** `pacto clock` and `pacto clock advance <days>`: the virtual clock, which only the API of a sandbox moves. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AppError, ERRORS, type ErrorCode } from '../../errors.ts';
import type { Sandbox } from '../../sandbox/sandbox-file.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { findInstallation } from '../installation.ts';
import { minute, type Output } from '../output.ts';

const reading = z.looseObject({ now: z.string(), advancingTo: z.string().optional(), blockedBy: z.string().optional() });
const advanced = z.union([z.looseObject({ now: z.string() }), z.looseObject({ job: z.string() })]);
const problem = z.looseObject({ code: z.string(), detail: z.string().optional() });
const LOOK_MS = 500;

/** `pacto clock`. */
export async function showClock(flags: GlobalFlags, output: Output): Promise<void> {
  const { now, ...rest } = reading.parse(await call(await sandboxOf(flags), 'GET', '/sandbox/clock'));
  output.answer({ now, ...rest }, [
    minute(now),
    ...(rest.advancingTo === undefined ? [] : [`on the way to ${minute(rest.advancingTo)}`]),
    ...(rest.blockedBy === undefined ? [] : [`waiting for ${rest.blockedBy}`]),
  ]);
}

/** `pacto clock advance <days>`: returns when everything due by then has happened. */
export async function advanceClock(flags: GlobalFlags, output: Output, days: string): Promise<void> {
  const number = Number(days);
  if (days.trim() === '' || !Number.isFinite(number)) throw new AppError('ERR_USAGE', '<days> must be a number.');
  const sandbox = await sandboxOf(flags);
  const answer = advanced.parse(await call(sandbox, 'POST', '/sandbox/clock/advance', { days: number }));
  const now = 'now' in answer && typeof answer.now === 'string' ? answer.now : await untilThere(sandbox, output);
  output.answer({ now }, [minute(now)]);
}

/** A long advance is a job: what it waits for is said whenever that changes. */
async function untilThere(sandbox: Sandbox, output: Output): Promise<string> {
  let told: string | undefined;
  for (;;) {
    const { now, advancingTo, blockedBy } = reading.parse(await call(sandbox, 'GET', '/sandbox/clock'));
    if (advancingTo === undefined) return now;
    const state = blockedBy ?? `at ${minute(now)}, on the way to ${minute(advancingTo)}`;
    if (state !== told) output.say(state);
    told = state;
    await sleep(LOOK_MS);
  }
}

async function sandboxOf(flags: GlobalFlags): Promise<Sandbox> {
  const { sandbox } = await findInstallation(flags);
  if (sandbox === null) throw new AppError('ERR_CLOCK', 'DATABASE_URL is set, so this is no sandbox: only a sandbox has a clock that moves (choose one with --data).');
  return sandbox;
}

async function call(sandbox: Sandbox, method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${sandbox.apiUrl}${path}`, {
    method, headers: { authorization: `Bearer ${sandbox.adminKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const { code, detail } = problem.parse(answer);
  throw new AppError(isErrorCode(code) ? code : 'ERR_INTERNAL', detail);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
