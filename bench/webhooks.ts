/**
 * Ten thousand webhooks, 30 % of them repeats, in any order, while the API and the pump are killed twice each; then every
 * fact is in the database once and in its workflow once, and `pacto audit` finds nothing. WEBHOOKS_SEED repeats a run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { webhookRun } from '../tests/kill/webhook-run.ts';
import { auditAsPerson } from './audit-as-person.ts';
import type { Figure } from './main.ts';

const WEBHOOKS = 10_000;
const REPEAT_SHARE = 0.3;
const AGREEMENTS = 150;
const DAYS = 3;
const LANES = 16;
const KILLS = ['api', 'pump', 'api', 'pump'] as const;
const SHOWN = 20;
/** The audit does not judge what is younger than a minute. */
const OLD_ENOUGH_MS = 61_000;

export async function benchWebhooks(): Promise<readonly Figure[]> {
  const seed = Number(process.env['WEBHOOKS_SEED'] ?? Math.floor(Math.random() * 1_000_000));
  const say = (line: string): void => void process.stderr.write(`pacto: ${line}\n`);
  const began = performance.now();
  let audited = { findings: 0 };
  const run = await webhookRun({ seed, webhooks: WEBHOOKS, repeatShare: REPEAT_SHARE, agreements: AGREEMENTS, days: DAYS, lanes: LANES, kills: KILLS, say }, async ({ folder }) => {
    say('waiting a minute, so that pacto audit judges everything');
    await sleep(OLD_ENOUGH_MS);
    audited = await auditAsPerson(folder, say);
  });
  const faults = Object.entries(run.faults);
  for (const [check, differences] of faults) for (const line of differences.slice(0, SHOWN)) say(`${check}: ${line}`);
  for (const { counter, agreementId, detail } of run.report.findings) say(`${counter} ${agreementId ?? '-'} ${detail}`);
  if (faults.some(([, differences]) => differences.length > 0) || run.report.findings.length > 0 || audited.findings > 0) process.exitCode = 1;
  const { mix, kills, seconds } = run;
  return [
    { name: 'seed', value: seed, unit: '' },
    { name: 'webhooks taken', value: run.taken, unit: `of ${mix.deliveries.length}` },
    { name: 'different ones', value: mix.distinct, unit: `${mix.kinds.status} status callbacks, ${mix.kinds.events} event batches, ${mix.kinds.inbound} SMS, ${mix.kinds.payment} payment notifications` },
    { name: 'repeats', value: mix.deliveries.length - mix.distinct, unit: '' },
    { name: 'speed', value: Math.round(run.taken / seconds.sending), unit: `webhooks/s (${seconds.sending.toFixed(1)} s, kills included)` },
    { name: 'until every workflow had its facts', value: seconds.settled.toFixed(1), unit: 's from the first webhook' },
    ...(['api', 'pump'] as const).map((victim) => ({ name: `kills of ${victim}`, value: kills.filter((kill) => kill.victim === victim).length, unit: 'by SIGKILL' })),
    { name: 'rows in the outbox when the pump fell', value: kills.filter(({ victim }) => victim === 'pump').map(({ waiting }) => waiting).join(' and '), unit: '' },
    { name: 'started again after, at most', value: (Math.max(...kills.map(({ backAfterMs }) => backAfterMs)) / 1_000).toFixed(1), unit: 's (5 promised)' },
    { name: 'tries without an answer', value: run.unanswered, unit: 'made again' },
    { name: 'tries answered 5xx', value: run.failed, unit: 'made again' },
    { name: 'events of providers', value: mix.told.providerEvents.size, unit: 'each there once' },
    { name: 'receipts', value: mix.told.receipts.size, unit: 'messages' },
    { name: 'payments', value: mix.told.payments.size, unit: `of which ${[...mix.told.payments.values()].filter(({ reversed }) => reversed).length} went back` },
    { name: 'opt-outs', value: [...mix.told.replies.values()].filter(({ optOut }) => optOut).length, unit: 'messages' },
    { name: 'facts asked of running workflows', value: run.applied, unit: 'each there once' },
    ...faults.map(([check, differences]) => ({ name: check, value: differences.length, unit: '(0)' })),
    { name: 'findings of pacto audit', value: audited.findings, unit: '(0)' },
    { name: 'the whole run', value: ((performance.now() - began) / 1000).toFixed(0), unit: 's' },
  ];
}
