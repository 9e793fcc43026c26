/** The flags of `npm start -- …`. */
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';

export interface StartOptions {
  readonly play: boolean;
  /** Virtual days per second of wall time. */
  readonly daysPerSecond: number;
  readonly empty: boolean;
  readonly reset: boolean;
  readonly dataDir: string;
  /** null: 3000, or the one of last time. */
  readonly port: number | null;
  readonly realTime: boolean;
}

const MAX_SPEED = 30;

export const START_HELP = `npm start -- [flags]

Starts the sandbox: PostgreSQL, Temporal with its web UI, the provider sandbox, workers, API and a sample portfolio, played in virtual days.

  --no-play        do not play; move the clock with: npm run pacto -- clock advance <days>
  --speed <n>      virtual days per second, more than 0 and at most ${MAX_SPEED} (default 1)
  --empty          no sample portfolio
  --reset          empty the data folder first
  --data <dir>     data folder (default .pacto)
  --port <n>       port of the API and the console (default 3000; 0: any free one)
  --real-time      the clock is the wall clock
  --help           this text

Ctrl-C stops everything; the next npm start resumes where it was.
`;

/** Reads the flags; ERR_USAGE names the wrong one. */
export function parseStartOptions(argv: readonly string[]): StartOptions | 'help' {
  const { values } = readFlags(argv);
  if (values.help) return 'help';
  return {
    play: !values['no-play'] && !values['real-time'],
    daysPerSecond: speed(values.speed),
    empty: values.empty,
    reset: values.reset,
    dataDir: values.data,
    port: values.port === undefined ? null : port(values.port),
    realTime: values['real-time'],
  };
}

function readFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        'no-play': { type: 'boolean', default: false },
        speed: { type: 'string', default: '1' },
        empty: { type: 'boolean', default: false },
        reset: { type: 'boolean', default: false },
        data: { type: 'string', default: '.pacto' },
        port: { type: 'string' },
        'real-time': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new AppError('ERR_USAGE', `${cause instanceof Error ? cause.message.split('.')[0] : 'Wrong flags'} (npm start -- --help lists the flags).`, { cause });
  }
}

function speed(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= MAX_SPEED)) throw new AppError('ERR_USAGE', `--speed must be more than 0 and at most ${MAX_SPEED} days per second.`);
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535 || text.trim() === '') throw new AppError('ERR_USAGE', '--port must be a whole number from 0 to 65535.');
  return value;
}
