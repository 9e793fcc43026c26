import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { mapped, toFailure } from '../../activities/errors.ts';
import { AppError, ERRORS, type ErrorCode } from '../../src/errors.ts';

test('what the caller did wrong is not tried again, what waits for a dependency is', () => {
  const final = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => toFailure(new AppError(code)).nonRetryable === true);
  expect(final).toContain('ERR_STATE');
  expect(final).toContain('ERR_NOT_FOUND');
  expect(final).not.toContain('ERR_DEPENDENCY');
  expect(final).not.toContain('ERR_INTERNAL');
  expect(toFailure(new AppError('ERR_STATE', 'no')).type).toBe('ERR_STATE');
});

test('an unexpected error is tried again and its text, which may quote a person, stays out of Temporal', () => {
  const failure = toFailure(new Error('duplicate key (ana@example.org)'));
  expect(failure.nonRetryable).toBe(false);
  expect(JSON.stringify({ message: failure.message, cause: failure.cause ?? null })).not.toContain('ana@');
});

test('a failure that was made on purpose passes unchanged', () => {
  const made = ApplicationFailure.create({ message: 'later', type: 'throttled', nextRetryDelay: 1_000 });
  expect(toFailure(made)).toBe(made);
});

test('a failed activity is logged once, with its name', async () => {
  const lines: string[] = [];
  const log = { error: (_scope: object, message: string) => lines.push(`error ${message}`), warn: (_scope: object, message: string) => lines.push(`warn ${message}`) };
  await expect(mapped(log, 'bookCallback', () => Promise.reject(new AppError('ERR_NOT_FOUND')))).rejects.toMatchObject({ type: 'ERR_NOT_FOUND' });
  await expect(mapped(log, 'bookCallback', () => Promise.reject(new Error('x')))).rejects.toBeInstanceOf(ApplicationFailure);
  expect(await mapped(log, 'bookCallback', () => Promise.resolve(1))).toBe(1);
  expect(lines).toEqual(['error an activity failed for good', 'warn an activity failed and is tried again']);
});
