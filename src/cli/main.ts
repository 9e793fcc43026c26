/** `pacto <command>`: reads the command line, runs one command, ends with its exit code. */
import { CommanderError } from 'commander';
import { failureOf } from './failure.ts';
import { takeGlobalFlags } from './global-flags.ts';
import type { Streams } from './output.ts';

const streams: Streams = { out: (text) => void process.stdout.write(text), err: (text) => void process.stderr.write(text) };

async function run(argv: readonly string[]): Promise<number> {
  try {
    const { rest, ...flags } = takeGlobalFlags(argv);
    const { createProgram } = await import('./program.ts');
    const program = createProgram(flags, streams);
    if (rest.length === 0) {
      program.outputHelp({ error: true });
      return 2;
    }
    await program.parseAsync([...rest], { from: 'user' });
    return 0;
  } catch (error) {
    // --help and --version have printed what was asked for.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const { exitCode, text } = failureOf(error);
    if (text !== '') streams.err(`${text}\n`);
    return exitCode;
  }
}

process.exitCode = await run(process.argv.slice(2));
