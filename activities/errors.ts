/** How an error of ours reaches Temporal: the code is the failure's type; what waiting cannot mend is not retried. */
import { ApplicationFailure } from '@temporalio/common';
import { AppError, ERRORS } from '../src/errors.ts';

/** Of the caller's making (4xx) or a fault in the data: trying again gives the same. */
function isFinal(error: AppError): boolean {
  return ERRORS[error.code].status < 500;
}

/** The failure that Temporal is told; it carries the code and our own sentence, never the cause's text (it may quote a person). */
export function toFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof AppError) return ApplicationFailure.create({ message: error.message, type: error.code, nonRetryable: isFinal(error) });
  const type = error instanceof Error ? error.name : 'Error';
  return ApplicationFailure.create({ message: 'An unexpected error; the log of the worker has it.', type });
}

/** Runs the body of an activity; whatever it throws is logged here with its cause and leaves as a failure. */
export async function mapped<T>(log: { error(scope: object, message: string): void; warn(scope: object, message: string): void }, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = toFailure(error);
    if (failure.nonRetryable === true) log.error({ err: error, step: name }, 'an activity failed for good');
    else log.warn({ err: error, step: name }, 'an activity failed and is tried again');
    throw failure;
  }
}
