/** `pacto audit --json`, run as anybody would run it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { COUNTERS } from '../src/register/audit/report.ts';

const CLI = join(import.meta.dirname, '..', 'src', 'cli', 'main.ts');
const report = z.looseObject({ findings: z.array(z.object({ counter: z.string(), agreementId: z.string().nullable().optional(), detail: z.string() })) });
const counts = z.looseObject(Object.fromEntries(COUNTERS.map((counter) => [counter, z.number()])));

/** The sum of all counters; each finding is said. */
export async function auditAsPerson(data: string, say: (line: string) => void): Promise<{ readonly findings: number }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'audit', '--json', '--data', data], {
    env: { ...process.env, DATABASE_URL: '', TEMPORAL_ADDRESS: '' }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  await once(child, 'close');
  const answer: unknown = JSON.parse(out);
  for (const { counter, agreementId, detail } of report.parse(answer).findings) say(`${counter} ${agreementId ?? '-'} ${detail}`);
  const counted = counts.parse(answer);
  return { findings: COUNTERS.reduce((sum, counter) => sum + Number(counted[counter]), 0) };
}
