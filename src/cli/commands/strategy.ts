/** `pacto strategy validate <file> [--country CL]`: needs no server and no database. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../../errors.ts';
import { checkStrategy } from '../../strategy/check.ts';
import { parseStrategy } from '../../strategy/schema.ts';
import type { Output } from '../output.ts';

const COUNTRY = /^[A-Z]{2}$/;

/** Prints what the file says; problems found are ERR_STRATEGY, with the step each concerns. */
export async function validateStrategy(output: Output, file: string, country: string | undefined): Promise<void> {
  if (country !== undefined && !COUNTRY.test(country)) throw new AppError('ERR_USAGE', '--country must be two capital letters, such as CL.');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('ERR_USAGE', `The file ${file} cannot be read.`, { cause });
  });
  const strategy = parseStrategy(text, { version: 1 });
  const problems = checkStrategy(strategy, country);
  const valid = problems.length === 0;
  output.answer({ id: strategy.id, country: strategy.country, steps: strategy.steps.length, valid, problems },
    valid ? [`${strategy.id}: ${strategy.steps.length} steps for ${country ?? strategy.country.join(', ')}, no problem found.`] : []);
  if (!valid) {
    throw new AppError('ERR_STRATEGY', `The strategy ${strategy.id} has ${problems.length} problem${problems.length === 1 ? '' : 's'}.`,
      { errors: problems.map(({ step, message }) => ({ path: step ?? strategy.id, message })) });
  }
}
