import type { SendOutcome } from './channel.ts';
import { provesNothingLeft } from './error-classes.ts';

/** What is read from a client library's error; everything else on it (request, headers, body) stays there. */
export interface CallFailure {
  readonly code?: string;
  readonly syscall?: string;
  readonly status?: number;
}

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

/** The harmless parts of an error: its code, system call and HTTP status, its cause's where it has none of its own. */
export function readFailure(error: unknown): CallFailure {
  const cause = field(error, 'cause');
  const code = field(error, 'code') ?? field(cause, 'code');
  const syscall = field(error, 'syscall') ?? field(cause, 'syscall');
  const status = field(error, 'status') ?? field(field(error, 'response'), 'status');
  return {
    ...(typeof code === 'string' || typeof code === 'number' ? { code: safeCode(String(code)) } : {}),
    ...(typeof syscall === 'string' ? { syscall } : {}),
    ...(typeof status === 'number' ? { status } : {}),
  };
}

/** A code is a short word or a number; a sentence in its place could quote the recipient. */
function safeCode(code: string): string {
  return /^[A-Za-z0-9_.-]{1,40}$/.test(code) ? code : 'unnamed';
}

/** The outcome of a call that ended without an answer of the provider. */
export function withoutAnswer(failure: CallFailure): SendOutcome {
  const code = failure.code ?? 'noAnswer';
  return provesNothingLeft(code, failure.syscall) ? { kind: 'retry', code } : { kind: 'unknown', code };
}

/** A `retry` that waits for as long as the provider asked, if it did. */
export function retryLater(code: string, afterMs: number | undefined): SendOutcome {
  return { kind: 'retry', code, ...(afterMs === undefined ? {} : { afterMs }) };
}
