/** `npm run bench [-- <name>]`: runs the benchmarks, prints a table, keeps the figures in bench/results.json. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Figure {
  readonly name: string;
  readonly value: number | string;
  readonly unit: string;
}

/** Each is a module that is loaded when it runs. */
const BENCHMARKS: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  import: async () => (await import('./import.ts')).benchImport(),
  law: async () => (await import('./law.ts')).benchLaw(),
  kill: async () => (await import('./kill.ts')).benchKill(),
  sandbox: async () => (await import('./sandbox.ts')).benchSandbox(),
  webhooks: async () => (await import('./webhooks.ts')).benchWebhooks(),
};
const RESULTS = join(import.meta.dirname, 'results.json');

async function run(asked: readonly string[]): Promise<void> {
  const names = asked.length === 0 ? Object.keys(BENCHMARKS) : asked;
  const results = JSON.parse(await readFile(RESULTS, 'utf8').catch(() => '{}')) as Record<string, unknown>;
  for (const name of names) {
    const bench = BENCHMARKS[name];
    if (bench === undefined) {
      process.stderr.write(`pacto: there is no benchmark ${name}: one of ${Object.keys(BENCHMARKS).join(', ')}.\n`);
      process.exitCode = 2;
      return;
    }
    const figures = await bench();
    const width = Math.max(...figures.map((figure) => figure.name.length));
    process.stdout.write(`${name}\n${figures.map((figure) => `  ${figure.name.padEnd(width)}  ${figure.value} ${figure.unit}\n`).join('')}`);
    results[name] = { at: new Date().toISOString(), figures };
  }
  await mkdir(import.meta.dirname, { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}

await run(process.argv.slice(2));
