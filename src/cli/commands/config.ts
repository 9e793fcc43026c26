/** `pacto config`: the configuration in force, secrets masked, each value with its source; exit 1 names each wrong variable. */
import { describeConfig, readEnvironment } from '../../config.ts';
import { AppError } from '../../errors.ts';
import { table, type Output } from '../output.ts';

export function showConfig(output: Output): void {
  const { lines, errors } = describeConfig(readEnvironment());
  output.answer({ variables: lines, errors }, table(lines.map((line) => [line.name, line.value ?? '-', `(${line.source})`])));
  if (errors.length > 0) throw new AppError('ERR_CONFIG', `Wrong: ${errors.map((error) => error.path).join(', ')}.`, { errors });
}
