/**
 * The kill run: the sample portfolio plays while each of its six processes is killed five times at moments drawn from a
 * seed (KILL_SEED repeats one), a creditor's system reports payments all the while, and in the end `pacto audit` is run as
 * a person would run it. Not a benchmark of speed: the figures are counts.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VICTIMS } from '../tests/kill/killer.ts';
import { killRun } from '../tests/kill/kill-run.ts';
import type { Figure } from './main.ts';

const TIMES = { api: 5, pump: 5, provider: 5, postgres: 5, temporal: 5, worker: 5 } as const;
const DAYS_PER_SECOND = 2;
const HEAD_START_DAYS = 12;
const CLI = join(import.meta.dirname, '..', 'src', 'cli', 'main.ts');
/** The audit does not judge what is younger than a minute. */
const OLD_ENOUGH_MS = 61_000;

export async function benchKill(): Promise<readonly Figure[]> {
  const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 1_000_000));
  const say = (line: string): void => void process.stderr.write(`pacto: ${line}\n`);
  const run = await killRun({ seed, times: TIMES, daysPerSecond: DAYS_PER_SECOND, headStartDays: HEAD_START_DAYS, say }, async ({ folder }) => {
    say('waiting a minute, so that pacto audit judges everything');
    await sleep(OLD_ENOUGH_MS);
    process.stdout.write(`pacto audit\n${await auditAsPerson(folder)}`);
  });
  const { kills, report, counts, promised, differences } = run;
  if (differences.length > 0 || report.findings.length > 0) {
    process.exitCode = 1;
    for (const line of [...differences, ...report.findings.map(({ counter, agreementId, detail }) => `${counter} ${agreementId ?? '-'} ${detail}`)]) say(line);
  }
  return [
    { name: 'seed', value: seed, unit: '' },
    ...VICTIMS.map((victim) => ({ name: `kills of ${victim}`, value: kills.filter((kill) => kill.victim === victim).length, unit: '' })),
    { name: 'kills', value: kills.length, unit: 'by SIGKILL' },
    { name: 'started again after, at most', value: (Math.max(...kills.map(({ backAfterMs }) => backAfterMs)) / 1_000).toFixed(1), unit: 's (5 promised)' },
    { name: 'days played', value: run.days, unit: 'virtual days' },
    { name: 'attempts', value: report.attempts, unit: '' }, { name: 'contacts', value: report.contacts, unit: '' },
    { name: 'payments in force', value: counts.payments, unit: '' },
    { name: 'payments reported during the kills', value: [...promised.payments.values()].flat().length, unit: `each there once (${promised.repeated} tries had no answer)` },
    { name: 'reported and not there once', value: differences.length, unit: '(0)' },
    { name: 'findings of the audit', value: report.findings.length, unit: '(0)' },
  ];
}

function auditAsPerson(folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'audit', '--data', folder], (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`pacto audit: ${stdout}${stderr}`));
    });
  });
}
