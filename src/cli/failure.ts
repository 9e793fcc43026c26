/** How a command fails: the exit code, and `ERR_… detail` with the remedy on stderr. */
import { CommanderError } from 'commander';
import { AppError, ERRORS } from '../errors.ts';

export interface Failure {
  /** 1: an error of the trade or of ours, 2: wrong usage. */
  readonly exitCode: 1 | 2;
  /** '' when it has been said already. */
  readonly text: string;
}

const UNREACHABLE: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', '57P01', '57P03']);

/** Maps whatever a command threw; an unexpected error shows its stack. */
export function failureOf(error: unknown): Failure {
  // Commander has printed its own sentence.
  if (error instanceof CommanderError) return { exitCode: 2, text: '' };
  if (error instanceof AppError) return { exitCode: error.code === 'ERR_USAGE' ? 2 : 1, text: textOf(error) };
  if (isUnreachable(error)) return { exitCode: 1, text: textOf(new AppError('ERR_DEPENDENCY')) };
  return { exitCode: 1, text: `ERR_INTERNAL ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
}

function textOf(error: AppError): string {
  const fields = error.errors.map(({ path, message }) => `  ${path}: ${message}`);
  return [`${error.code} ${error.message}`, ...fields, `  ${ERRORS[error.code].remedy}`].join('\n');
}

function isUnreachable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isUnreachable);
  if (!(error instanceof Error)) return false;
  // gRPC gives Temporal's silence no code and no class of its own.
  if (error.message === 'Failed to connect before the deadline') return true;
  if ('code' in error && typeof error.code === 'string' && UNREACHABLE.has(error.code)) return true;
  return error.cause !== undefined && isUnreachable(error.cause);
}
