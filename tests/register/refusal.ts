/** What a refused command says, for tests of refusals. */
import { AppError } from '../../src/errors.ts';

/** Code and first wrong field of the AppError that `work` ends in; anything else fails the test. */
export async function refusalOf(work: Promise<unknown>): Promise<{ code: string; path: string | undefined }> {
  const error = await work.then(() => null, (thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error('expected a refusal', { cause: error });
  return { code: error.code, path: error.errors[0]?.path };
}
