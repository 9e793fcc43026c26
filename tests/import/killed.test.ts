/** The worker of an import is killed with SIGKILL in mid-file, twice, wherever it stands; and imports that meet. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importById } from '../../src/db/imports.ts';
import type { ImportKind } from '../../src/db/database.ts';
import { errorPage, getImport, summaryOf } from '../../src/register/import/reads.ts';
import { csv, hand, IDENTITY_KEY, importFile, IMPORTER, openDesk, row, work, type Cells, type ImportDesk } from './desk.ts';

const WORKER = join(import.meta.dirname, 'import-process.ts');
const ROWS_AT_ONCE = 25;

let killed: ImportDesk;
let undisturbed: ImportDesk;
beforeAll(async () => {
  [killed, undisturbed] = await Promise.all([openDesk(), openDesk()]);
});
afterAll(async () => {
  await Promise.all([killed.close(), undisturbed.close()]);
});

interface Death {
  readonly signal: string | null;
  readonly steps: number;
}

/** Runs a worker; kills it a random moment after this many steps of the kind. */
function runWorker(importId: string, dies?: { readonly step: 'read' | 'taken'; readonly after: number; readonly laterMs: number }): Promise<Death> {
  const order = JSON.stringify({ databaseUrl: killed.url, importId, rowsAtOnce: ROWS_AT_ONCE, identityKey: IDENTITY_KEY });
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, [order]);
    let steps = 0;
    child.on('message', (step) => {
      if (step === dies?.step) steps += 1;
      if (dies !== undefined && step === dies.step && steps === dies.after) setTimeout(() => child.kill('SIGKILL'), dies.laterMs);
    });
    child.on('error', reject);
    child.on('exit', (_code, signal) => resolve({ signal, steps }));
  });
}

/** Everything that an import leaves of these agreements, without ids and instants. */
async function leftBy({ db, ctx }: ImportDesk, importId: string, prefix: string) {
  const agreements = await sql`
    select a.external_id, p.external_id as person, p.name, a.balance_minor, a.paid_minor, a.phase,
           (select count(*)::int from instalment i where i.agreement_id = a.id) as instalments,
           (select string_agg(x.external_id || ' ' || x.amount_minor, ', ' order by x.external_id) from payment x where x.agreement_id = a.id) as payments,
           (select string_agg(e.kind, ', ' order by e.seq) from timeline_entry e where e.agreement_id = a.id) as timeline,
           (select string_agg(coalesce(o.name, o.action), ', ' order by o.id) from outbox o where o.workflow_id = a.workflow_id) as outbox,
           (select string_agg(c.value, ', ' order by c.position) from contact_point c where c.person_id = p.id) as points,
           (select count(*)::int from consent s join contact_point c on c.id = s.contact_point_id where c.person_id = p.id) as consents,
           (select string_agg(k.channel, ', ' order by k.at) from past_contact k where k.agreement_id = a.id) as contacts
      from agreement a join person p on p.id = a.person_id where a.external_id like ${`${prefix}-%`} order by 1`.execute(db);
  const answer = await getImport(ctx, IMPORTER, importId, { limit: 1 });
  const { errors } = await errorPage(ctx, importId, { limit: 10_000 });
  return { agreements: agreements.rows, rows: answer.rows, summary: summaryOf(answer), errors };
}

/** Some persons have several agreements, some rows are wrong, some cannot be read. */
function agreementsFile(prefix: string): string {
  const rows = Array.from({ length: 90 }, (_, n): Cells => row(`${prefix}-${n}`, 1, {
    person: `P-${prefix}-${n % 40}`, id_number: '', phone: `+5698${String(1_000_000 + (n % 40))}`, ...(n % 11 === 0 ? { amount: '1,5' } : {}), ...(n % 7 === 0 ? { paid: '990' } : {}),
  }));
  const second = Array.from({ length: 90 }, (_, n): Cells => row(`${prefix}-${n}`, 2, { person: `P-${prefix}-${n % 40}`, id_number: '', phone: '', ...(n % 13 === 0 ? { due_on: 'mañana' } : {}) }));
  return `${csv([...rows, ...second])}suelta,"sin cerrar\n`;
}

function rest(prefix: string, kind: 'payments' | 'contacts'): string {
  return csv(Array.from({ length: 160 }, (_, n): Cells => (kind === 'payments'
    ? { agreement: `${prefix}-${n % 80}`, external_id: `${prefix}-pay-${n}`, amount: n % 9 === 0 ? 'diez' : 1_000 + n, paid_at: '2026-03-02' }
    : { agreement: `${prefix}-${n % 80}`, channel: 'call', at: `2026-03-0${1 + (n % 7)} 1${n % 10}:${10 + (n % 40)}`, outcome: n % 9 === 0 ? 'x' : 'busy' })));
}

test.each<[Exclude<ImportKind, 'debts'>]>([['agreements'], ['payments'], ['contacts']])('an import of %s whose worker is killed twice ends like one that nobody disturbed', async (kind) => {
  const prefix = `k${kind[0]}`;
  const file = kind === 'agreements' ? agreementsFile(prefix) : rest(prefix, kind);
  if (kind !== 'agreements') for (const desk of [killed, undisturbed]) await importFile(desk.ctx, agreementsFile(prefix));
  const { importId } = await hand(killed.ctx, file, { kind });
  const random = (below: number): number => Math.floor(Math.random() * below);
  const deaths = [{ step: 'read', after: 1 + random(5), laterMs: random(8) }, { step: 'taken', after: 1 + random(60), laterMs: random(25) }] as const;
  process.stdout.write(`  ${kind}: killed ${deaths.map(({ step, after, laterMs }) => `${laterMs} ms after ${step} ${after}`).join(', ')}\n`);
  for (const dies of deaths) expect(await runWorker(importId, dies)).toMatchObject({ signal: 'SIGKILL' });
  expect((await importById(killed.db, importId))?.state).not.toBe('done');
  expect(await runWorker(importId)).toMatchObject({ signal: null });

  const other = await importFile(undisturbed.ctx, file, { kind });
  const after = await leftBy(killed, importId, prefix);
  expect(after).toEqual(await leftBy(undisturbed, other.id, prefix));
  expect(after.summary.accepted).toBeGreaterThan(50);
  expect(after.summary.rejected).toBeGreaterThan(10);
  expect((await importFile(killed.ctx, file, { kind })).items).toEqual({ accepted: 0, rejected: after.summary.rejected, unchanged: after.summary.accepted });
}, 90_000);

test('the same file handed over twice at once is one import; the same agreements in two files at once are each there once', async () => {
  const file = agreementsFile('meet');
  const [one, two] = await Promise.all([hand(killed.ctx, file), hand(killed.ctx, file)]);
  expect(new Set([one.importId, two.importId]).size).toBe(1);
  expect(one.created).not.toBe(two.created);
  const beside = await hand(killed.ctx, `${file}\n`);
  expect(beside.importId).not.toBe(one.importId);
  const [first, second] = await Promise.all([work(killed.ctx, one.importId), sleep(20).then(() => work(killed.ctx, beside.importId))]);
  expect(first.items.accepted + second.items.accepted).toBe(first.items.accepted + first.items.unchanged);
  expect(first.errors.filter(({ column }) => column !== null)).toEqual(second.errors.filter(({ column }) => column !== null));
  const { agreements } = await leftBy(killed, one.importId, 'meet');
  await importFile(undisturbed.ctx, file);
  expect(agreements).toEqual((await leftBy(undisturbed, (await hand(undisturbed.ctx, file)).importId, 'meet')).agreements);
});
