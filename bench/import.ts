/**
 * Import of 2,000 and of 10,000 agreements (two instalments each) on a real PostgreSQL: rows a second, and the memory of
 * the process that works. Each size runs in a process of its own, so that one does not measure what the other left behind.
 * The parts are those that the workflow's activities run; Temporal's share (some ten activities) is left out.
 */
import { fork } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startGuardian } from '../src/sandbox/servers/guardian.ts';
import { startPostgres } from '../src/sandbox/servers/postgres-server.ts';
import type { Figure } from './main.ts';

const SIZES = [2_000, 10_000] as const;
const WORKER = join(import.meta.dirname, 'import-worker.ts');
/** A small old space makes what is kept visible: without it V8 lets garbage pile up while there is room. */
const HEAP = ['--max-old-space-size=96', '--max-semi-space-size=8'];
/** glibc keeps freed memory in an arena a thread: with eight of them the figure shows chance. */
const ENVIRONMENT = { ...process.env, MALLOC_ARENA_MAX: '2' };

const report = z.object({ rows: z.number(), accepted: z.number(), seconds: z.number(), peakRssMb: z.number(), peakHeapMb: z.number() });
type Report = z.output<typeof report>;

export async function benchImport(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pacto-bench-'));
  await chmod(folder, 0o755);
  const guardian = startGuardian();
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), password: 'pacto', say: (line) => process.stderr.write(`pacto: ${line}\n`), guardian, settings: { shared_buffers: '256MB' } });
  try {
    const reports: Report[] = [];
    for (const size of SIZES) reports.push(await measure(postgres.url, size));
    return reports.flatMap((one, index) => figuresOf(SIZES[index] ?? 0, one)).concat(growthOf(reports));
  } finally {
    await postgres.stop();
    guardian.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function measure(url: string, agreements: number): Promise<Report> {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, [url, String(agreements)], { execArgv: HEAP, env: ENVIRONMENT });
    child.on('message', (message) => resolve(report.parse(message)));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`the import of ${agreements} agreements ended with ${code}`));
    });
  });
}

function figuresOf(agreements: number, one: Report): Figure[] {
  const name = (what: string): string => `${agreements} agreements: ${what}`;
  return [
    { name: name('accepted'), value: one.accepted, unit: 'agreements' }, { name: name('time'), value: one.seconds.toFixed(1), unit: 's' },
    { name: name('speed'), value: Math.round(one.rows / one.seconds), unit: 'rows/s' },
    { name: name('peak memory'), value: one.peakRssMb.toFixed(0), unit: 'MB resident' }, { name: name('peak heap'), value: one.peakHeapMb.toFixed(0), unit: 'MB' },
  ];
}

function growthOf([small, large]: readonly Report[]): Figure[] {
  if (small === undefined || large === undefined) return [];
  return [{ name: 'memory from 2,000 to 10,000', value: ((large.peakRssMb / small.peakRssMb - 1) * 100).toFixed(1), unit: '% (10 at most)' }];
}
