/** What the sandbox counts on its live line, and what stands between it and `ready`. Sandbox only. */
import { sql } from 'kysely';
import type { Db } from './pool.ts';
import { changeSetting, readSetting } from './settings.ts';

export interface LiveCounts {
  readonly sms: number;
  readonly emails: number;
  readonly payments: number;
  readonly callbacks: number;
  readonly preLegal: number;
  readonly settled: number;
}

/** Messages that left, payments in force, callbacks booked, pre-legal cases opened, agreements settled: since the folder was made. */
export async function liveCounts(db: Db): Promise<LiveCounts> {
  const { rows } = await sql<Record<keyof LiveCounts, number>>`
    select
      (select count(*) from attempt where channel = 'sms' and state in ('sent', 'unknown', 'undeliverable'))::int as "sms",
      (select count(*) from attempt where channel = 'email' and state in ('sent', 'unknown', 'undeliverable'))::int as "emails",
      (select count(*) from payment where reversed_at is null)::int as "payments",
      (select count(*) from callback)::int as "callbacks",
      (select count(*) from pre_legal_case)::int as "preLegal",
      (select count(*) from agreement where phase = 'settled')::int as "settled"`.execute(db);
  return rows[0] ?? { sms: 0, emails: 0, payments: 0, callbacks: 0, preLegal: 0, settled: 0 };
}

/** Agreements whose workflow has not been seen running yet. */
export async function agreementsStarting(db: Db): Promise<number> {
  const row = await db.selectFrom('agreement').select((eb) => eb.fn.countAll<number>().as('n')).where('workflow_state', '=', 'starting').executeTakeFirstOrThrow();
  return Number(row.n);
}

const SAMPLE = 'sandbox.sample';

/** `loading` until every agreement of the sample is in; `none` in a sandbox started empty; null outside the sandbox. */
export type SampleState = 'loading' | 'loaded' | 'none';

export async function sampleState(db: Db): Promise<SampleState | null> {
  const value = await readSetting(db, SAMPLE);
  return value === 'loading' || value === 'loaded' || value === 'none' ? value : null;
}

export async function setSampleState(db: Db, state: SampleState): Promise<void> {
  await db.transaction().execute((trx) => changeSetting(trx, SAMPLE, () => state));
}
