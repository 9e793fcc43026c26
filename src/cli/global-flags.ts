/** `--json` and `--data <dir>` may stand anywhere after the command, so they are taken out before the command is read. */
import { AppError } from '../errors.ts';

export interface GlobalFlags {
  /** One JSON document on stdout. */
  readonly json: boolean;
  /** Data folder of the sandbox that is meant; null: not given. */
  readonly dataDir: string | null;
}

export interface TakenFlags extends GlobalFlags {
  /** The arguments without them. */
  readonly rest: readonly string[];
}

/** Takes the flags out; ERR_USAGE when `--data` names no folder. What stands after `--` is left alone. */
export function takeGlobalFlags(argv: readonly string[]): TakenFlags {
  const rest: string[] = [];
  let json = false;
  let dataDir: string | null = null;
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (argument === '--') return { json, dataDir, rest: [...rest, ...argv.slice(index)] };
    if (argument === '--json') json = true;
    else if (argument === '--data') dataDir = folder(argv[(index += 1)]);
    else if (argument.startsWith('--data=')) dataDir = folder(argument.slice('--data='.length));
    else rest.push(argument);
  }
  return { json, dataDir, rest };
}

function folder(value: string | undefined): string {
  if (value === undefined || value === '' || value.startsWith('-')) throw new AppError('ERR_USAGE', '--data needs a folder.');
  return value;
}
