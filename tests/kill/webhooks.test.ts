/** Vendors tell things twice and in any order while the API and the pump are killed; `npm run bench -- webhooks` does it with ten thousand. */
import { beforeAll, expect, test } from 'vitest';
import { BACK_WITHIN_MS } from './killer.ts';
import { webhookRun, type WebhookRun } from './webhook-run.ts';

/** A failure is repeated with its seed. */
const SEED = Number(process.env['WEBHOOKS_SEED'] ?? Math.floor(Math.random() * 1_000_000));
let run: WebhookRun;

beforeAll(async () => {
  const say = (line: string): void => void process.stdout.write(`  ${line}\n`);
  run = await webhookRun({ seed: SEED, webhooks: 600, repeatShare: 0.3, agreements: 20, days: 4, lanes: 16, kills: ['api', 'pump'], say });
}, 420_000);

test('every delivery was taken in the end, though the API and the pump were killed meanwhile', () => {
  expect(run.taken).toBe(600);
  expect(run.unanswered).toBeGreaterThan(0);
  expect(run.kills.map(({ victim }) => victim)).toEqual(['api', 'pump']);
  expect(run.kills.filter(({ backAfterMs }) => backAfterMs > BACK_WITHIN_MS)).toEqual([]);
});

test('of all kinds there were some, three in ten of them repeats', () => {
  expect(run.mix.distinct).toBe(420);
  expect(Math.min(...Object.values(run.mix.kinds))).toBeGreaterThan(0);
});

test('each is there once: events, receipts, payments, replies, opt-outs, and the facts in the workflows', () => {
  expect(Object.fromEntries(Object.entries(run.faults).filter(([, differences]) => differences.length > 0))).toEqual({});
  expect(run.applied).toBeGreaterThan(200);
});

test('the audit finds nothing', () => {
  expect(run.report.findings).toEqual([]);
});
