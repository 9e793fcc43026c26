/** Debts of a file that have no agreement yet: `pacto import debts`, one row a debt. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getDebt, listDebts } from '../../src/register/debt.ts';
import { getAgreement, paymentsPage } from '../../src/register/agreement-reads.ts';
import { csv, importFile, IMPORTER, openDesk, row, type Cells, type ImportDesk } from './desk.ts';

let desk: ImportDesk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

function debtRow(debt: string, change: Cells = {}): Cells {
  return {
    debt, person: `P-${debt}`, name: 'Ana Pérez Prueba', zone: 'America/Santiago', country: 'CL', region: 'CL-RM', phone: '+56987654321', email: 'ana.prueba@example.org',
    contract: `C-${debt}`, signed_on: '2025-03-01', defaulted_on: '2026-05-10', principal: '250.000', interest: '20.000', fees: '5.940', currency: 'CLP', strategy: '', assigned_on: '2090-01-05', ...change,
  };
}

const debts = (rows: readonly Cells[], dryRun = false) => importFile(desk.ctx, csv(rows), { kind: 'debts', dryRun });
const debtOf = (externalId: string) => getDebt(desk.ctx, IMPORTER, `acme/${externalId}`);

test('each row becomes a debt with its consents; the same file again, in full or in part, changes nothing', async () => {
  const rows = [debtRow('D-1'), debtRow('D-2', { person: 'P-D-1', email: '' })];
  expect(await debts(rows, true)).toMatchObject({ rows: 2, items: { accepted: 2, rejected: 0, unchanged: 0 }, errors: [] });
  expect((await listDebts(desk.ctx, IMPORTER, { limit: 10 })).items).toEqual([]);
  expect(await debts(rows)).toMatchObject({ rows: 2, items: { accepted: 2, rejected: 0, unchanged: 0 }, errors: [] });
  expect(await debtOf('D-1')).toMatchObject({ state: 'assigned', contractRef: 'C-D-1', amountMinor: 275_940, assignedOn: '2090-01-05', strategy: { id: 'assigned' }, workflowId: 'debt/acme/D-1' });
  const [consent] = await desk.db.selectFrom('consent').select(['state', 'evidence']).where('channel', '=', 'email').execute();
  expect(consent).toMatchObject({ state: 'granted', evidence: { source: 'import', line: 2 } });
  expect((await debts(rows)).items).toEqual({ accepted: 0, rejected: 0, unchanged: 2 });
  expect((await debts([...rows, debtRow('D-3')])).items).toEqual({ accepted: 1, rejected: 0, unchanged: 2 });
});

test.each<[string, Cells, string, RegExp]>([
  ['no external id', { debt: '' }, 'debt', /missing/], ['an amount that can be read in two ways', { principal: '1,5' }, 'principal', /no decimals|CLP/], ['no amount', { principal: '', interest: '', fees: '' }, 'principal', /more than 0/],
  ['a currency that does not exist', { currency: 'XXZ' }, 'currency', /ISO 4217/], ['nobody to reach', { phone: '', email: '' }, 'phone', /email too/], ['a wrong phone', { phone: '12' }, 'phone', /valid phone/],
  ['no person', { person: '' }, 'person', /missing/], ['a date that does not exist', { defaulted_on: '2026-02-30' }, 'defaulted_on', /calendar/], ['an unknown strategy', { strategy: 'no-such' }, 'strategy', /no strategy/],
  ['a strategy for agreements', { strategy: 'standard' }, 'strategy', /assignment/], ['another amount for a known debt', { debt: 'D-KNOWN', person: 'P-D-KNOWN', principal: '1' }, 'debt', /another content/],
])('a row with %s is rejected alone, at its place', async (_name, change, column, reason) => {
  await debts([debtRow('D-KNOWN')]);
  const good = `D-GOOD-${column}-${reason.source.length}`;
  const { items, errors } = await debts([debtRow('D-BAD', change), debtRow(good)]);
  expect(errors).toEqual([{ line: 2, column, reason: expect.stringMatching(reason) }]);
  expect(items).toMatchObject({ rejected: 1 });
  expect((await debtOf(good)).state).toBe('assigned');
});

test('a file without the columns of a debt is refused whole', async () => {
  await expect(importFile(desk.ctx, csv([{ agreement: 'A-1', person: 'P-1' }]), { kind: 'debts' })).rejects.toMatchObject({ code: 'ERR_BODY' });
});

test('payments of a file reach the debt while there is no agreement of that id, and the agreement from then on', async () => {
  await debts([debtRow('D-PAID')]);
  const debtId = (await debtOf('D-PAID')).id;
  const payment = (externalId: string): Cells => ({ agreement: 'D-PAID', external_id: externalId, amount: '1.000', paid_at: '2026-06-01' });
  expect((await importFile(desk.ctx, csv([payment('PAY-D')]), { kind: 'payments' })).items.accepted).toBe(1);
  await importFile(desk.ctx, csv([row('D-PAID', 1, { id_number: '' })]));
  expect((await importFile(desk.ctx, csv([payment('PAY-A')]), { kind: 'payments' })).items.accepted).toBe(1);
  const ids = async (id: string): Promise<string[]> => (await paymentsPage(desk.ctx, IMPORTER, id, { limit: 10 })).items.map(({ externalId }) => externalId);
  expect(await ids(debtId)).toEqual(['PAY-D']);
  expect(await ids((await getAgreement(desk.ctx, IMPORTER, 'acme/D-PAID')).id)).toEqual(['PAY-A']);
});
