import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wallNow } from '../../src/clock.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { audit, type AuditReport } from '../../src/register/audit/audit.ts';
import { createDebtors } from '../../src/sandbox/debtors/debtors.ts';
import { loadSample } from '../../src/sandbox/sample/load.ts';
import { startLivingSandbox, type LivingSandbox } from '../setup/living-sandbox.ts';

const START = Date.parse('2027-01-04T14:00:00Z');
const COUNTERS = ['duplicates', 'unexplained', 'lost', 'unlawful', 'contactedAfterPayment', 'unbalanced', 'brokenChains'] as const;
let pacto: LivingSandbox;

beforeAll(async () => {
  pacto = await startLivingSandbox({ startAt: START, bank: true, actors: ({ ctx, apiUrl, adminKey, providerUrl }) => [createDebtors({ ctx, apiUrl, adminKey, providerUrl })] });
  await loadSample({ apiUrl: pacto.apiUrl, adminKey: pacto.adminKey, db: pacto.db, say: () => undefined });
  await pacto.advanceDays(120);
}, 600_000);
afterAll(() => pacto.stop());

/** Everything counts as older than the minute that the audit leaves alone. */
function audited(): Promise<AuditReport> {
  return audit(pacto.ctx, {
    gateway: pacto.gateway, providerUrl: pacto.providerUrl, policies: shippedPolicies(process.versions.tz ?? 'unknown'), wallNow: () => wallNow() + 120_000,
  });
}

const raised = (report: AuditReport): string[] => COUNTERS.filter((counter) => report[counter] > 0);

test('the sample lives 120 days and the audit finds nothing', async () => {
  const report = await audited();
  expect(report.findings).toEqual([]);
  expect(raised(report)).toEqual([]);
  expect(report.contacts).toBeGreaterThan(200);
  const { rows } = await sql<{ phase: string; n: number }>`select phase, count(*)::int as n from agreement group by phase`.execute(pacto.db);
  expect(Object.fromEntries(rows.map(({ phase, n }) => [phase, n]))).toMatchObject({ settled: expect.any(Number), preLegal: expect.any(Number) });
});

describe('each forged fault is found', () => {
  test('an SMS posted straight to the provider is unexplained', async () => {
    const { twilio } = pacto.config;
    const posted = await fetch(`${pacto.providerUrl}/2010-04-01/Accounts/${twilio?.accountSid}/Messages.json`, {
      method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${twilio?.accountSid}:${twilio?.authTokens[0]}`).toString('base64')}` },
      body: new URLSearchParams({ To: '+56961234567', From: '+56229380000', Body: 'Mensaje que nadie decidió' }),
    });
    expect(posted.status).toBe(201);
    expect(raised(await audited())).toEqual(['unexplained']);
  });

  test('a timeline row that was changed breaks its chain', async () => {
    await undone(async () => {
      await sql`update timeline_entry set outcome = 'delivered' where ctid = (select ctid from timeline_entry where outcome = 'sent' order by at limit 1)`.execute(pacto.db);
      return sql`update timeline_entry set outcome = 'sent' where outcome = 'delivered'`;
    }, 'brokenChains');
  });

  test('a payment that was deleted leaves money that does not add up', async () => {
    await undone(async () => {
      await sql`create table kept_payment as select * from payment where reversed_at is null order by seq limit 1`.execute(pacto.db);
      await sql`create table kept_allocation as select * from allocation where payment_id in (select id from kept_payment)`.execute(pacto.db);
      await sql`delete from allocation where payment_id in (select id from kept_payment)`.execute(pacto.db);
      await sql`delete from payment where id in (select id from kept_payment)`.execute(pacto.db);
      return sql`with p as (insert into payment select * from kept_payment returning id) insert into allocation select * from kept_allocation where payment_id in (select id from p)`;
    }, 'unbalanced');
  });

  test('an attempt that was doubled is a duplicate', async () => {
    const forged = randomUUID();
    await undone(async () => {
      await sql`insert into attempt select (jsonb_populate_record(a, jsonb_build_object('id', ${forged}::text))).* from attempt a where state = 'sent' and receipt = 'delivered' order by claim_seq limit 1`.execute(pacto.db);
      await sql`insert into attempt_agreement select ${forged}::uuid, agreement_id, occurrence, "leading", instalments from attempt_agreement where attempt_id = (select id from attempt where id <> ${forged}::uuid and provider_id = (select provider_id from attempt where id = ${forged}::uuid))`.execute(pacto.db);
      return sql`with gone as (delete from attempt_agreement where attempt_id = ${forged}::uuid) select 1`;
    }, 'duplicates');
    await sql`delete from attempt where id = ${forged}::uuid`.execute(pacto.db);
  });
});

/** Forges, looks, and puts it back, so that the next fault is seen alone. */
async function undone(forge: () => Promise<ReturnType<typeof sql>>, counter: (typeof COUNTERS)[number]): Promise<void> {
  const back = await forge();
  expect(raised(await audited())).toContain(counter);
  await back.execute(pacto.db);
  expect(raised(await audited())).not.toContain(counter);
}
