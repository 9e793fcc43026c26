/** A register with creditors and the shipped strategies, and bodies as creditors send them. */
import { sql } from 'kysely';
import { openDb, type Db } from '../../src/db/pool.ts';
import { createLog } from '../../src/observability/log.ts';
import type { Actor } from '../../src/register/actor.ts';
import { agreementBody, type AgreementBody } from '../../src/register/agreement-body.ts';
import { logAgreement } from '../../src/register/agreement-log.ts';
import { identityHashWith } from '../../src/register/context.ts';
import { createCreditor } from '../../src/register/creditor.ts';
import { paymentBody, type PaymentBody } from '../../src/register/payment.ts';
import type { RegisterContext } from '../../src/register/person-lock.ts';
import { publishShipped } from '../../src/register/publish.ts';
import { freshDatabase } from '../setup/database.ts';
import { at, movableClock, registerContext, type MovableClock } from './seed.ts';

export const ADMIN: Actor = { id: 'key-admin', role: 'admin', creditorId: null };
export const ACME: Actor = { id: 'key-acme', role: 'system', creditorId: 'acme' };
export const BRAVO: Actor = { id: 'key-bravo', role: 'system', creditorId: 'bravo' };

export interface TestRegister {
  readonly db: Db;
  readonly ctx: RegisterContext;
  readonly clock: MovableClock;
  close(): Promise<void>;
}

/** 20 November 2026, noon in Santiago. */
export async function openTestRegister(): Promise<TestRegister> {
  const database = await freshDatabase();
  const opened = openDb(database.url, { log: createLog({ level: 'silent', process: 'test' }), max: 24 });
  const clock = movableClock(at('2026-11-20', 12));
  const ctx = { ...registerContext(opened.db, clock), identityHash: identityHashWith('a-key-of-the-tests') };
  await publishShipped(ctx);
  for (const id of ['acme', 'bravo']) await createCreditor(ctx, ADMIN, { id, name: `${id} S.A.`, type: 'thirdParty', country: 'CL', currency: 'CLP' });
  return {
    db: opened.db, ctx, clock,
    close: async () => {
      await opened.close();
      await database.drop();
    },
  };
}

let counter = 0;
/** An id that no other body of the file has. */
export function unique(prefix: string): string {
  counter += 1;
  return `${prefix}-${counter}`;
}

type Given = Partial<Record<string, unknown>> & { readonly person?: Readonly<Record<string, unknown>> };

/** Three instalments of CLP 10.000 of a person in Santiago; `given` replaces fields. */
export function bodyOf(given: Given = {}): AgreementBody {
  const { person, ...rest } = given;
  const externalId = unique('P');
  return agreementBody.parse({
    creditorId: 'acme', externalId: unique('A'), currency: 'CLP',
    person: {
      externalId, name: 'Ana Soto', address: { country: 'CL', region: 'CL-RM' },
      // A number of their own: who shares one may be one person.
      contactPoints: [{ kind: 'phone', value: `+569612${externalId.slice(2).padStart(5, '3')}`, consent: 'granted' }], ...person,
    },
    instalments: [1, 2, 3].map((number) => ({ number, dueOn: `2026-12-0${number}`, amountMinor: 10_000 })),
    ...rest,
  });
}

export async function logged(ctx: RegisterContext, given: Given = {}): Promise<string> {
  return (await logAgreement(ctx, ADMIN, bodyOf(given))).agreementId;
}

export function paymentOf(given: Partial<Record<keyof PaymentBody, unknown>> = {}): PaymentBody {
  return paymentBody.parse({ externalId: unique('PAY'), amountMinor: 10_000, currency: 'CLP', paidAt: '2026-11-20T15:00:00Z', ...given });
}

/** How many rows each table has, so that a refusal can be shown to have stored nothing. */
export async function rowCounts(db: Db): Promise<Record<string, number>> {
  const tables = await db.introspection.getTables();
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(name)}`.execute(db);
    counts[name] = rows[0]?.n ?? -1;
  }
  return counts;
}
