import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BankEntry } from '../../src/channels/payments/bank-file/entry.ts';
import { bookBankEntries } from '../../src/register/payments/bank.ts';
import { takeBankFile } from '../../src/register/payments/bank-file.ts';
import { listSuspense, matchSuspense } from '../../src/register/payments/aside.ts';
import { ACME, ADMIN, BRAVO, logged, unique } from '../register/ledger.ts';
import { refusalOf } from '../register/refusal.ts';
import { at } from '../register/seed.ts';
import { moneyOf, openPayments, started, type PaymentRig } from './rig.ts';

let rig: PaymentRig;
beforeAll(async () => {
  rig = await openPayments();
  rig.register.clock.set(at('2026-12-01', 12));
});
afterAll(() => rig.close());

const entry = (given: Partial<BankEntry>): BankEntry => ({
  id: unique('entry'), bookedOn: '2026-12-01', amountMinor: 10_000, currency: 'CLP', direction: 'in', reversal: false, reference: 'transferencia', account: '12-345', ...given,
});
const RUT = '12.345.678-5';
const nationalId = { country: 'CL', type: 'rut', value: RUT };
const taken = (entries: readonly BankEntry[]) => bookBankEntries(rig.register.ctx, ACME, 'acme', entries);

test('an entry with our reference, a contract reference or a national id and the exact amount is booked; the same file again changes nothing', async () => {
  const { ctx, db } = rig.register;
  const externalId = unique('AGREEMENT');
  const [byOrder, byContract, byName, byPayer] = [
    await logged(ctx), await logged(ctx, { debt: { contractRef: 'C-90-77', principalMinor: 30_000 } }), await logged(ctx, { externalId }),
    await logged(ctx, { person: { externalId: unique('P'), nationalId }, instalments: [{ number: 1, dueOn: '2027-03-01', amountMinor: 4_321 }, { number: 2, dueOn: '2027-04-01', amountMinor: 999 }] }),
  ];
  const order = await started(rig, byOrder);
  const file = [
    entry({ reference: `pago ${order.reference}`, amountMinor: 8_000 }), entry({ reference: 'PAGO CONTRATO: c-90-77, gracias', amountMinor: 5_000 }),
    entry({ reference: externalId.toLowerCase() }), entry({ amountMinor: 4_321, payerNationalId: '12345678-5' }),
    entry({ direction: 'out', reference: 'comision' }),
  ];
  expect(await taken(file)).toEqual({ entries: 5, booked: 4, suspense: 0, unchanged: 0, skipped: 1 });
  expect((await Promise.all([byOrder, byContract, byName, byPayer].map((id) => moneyOf(rig, id)))).map(({ standing, balanced }) => [standing, balanced]))
    .toEqual([[8_000, true], [5_000, true], [10_000, true], [4_321, true]]);
  const [payment] = await db.selectFrom('payment').selectAll().where('agreement_id', '=', byContract).execute();
  expect(payment).toMatchObject({ method: 'transfer', source: 'key-acme', collected_by: 'agency' });
  expect(await taken(file)).toEqual({ entries: 5, booked: 0, suspense: 0, unchanged: 4, skipped: 1 });
});

test('what is doubtful waits: two agreements of the payer with that amount, a short number alone, another currency, money taken back', async () => {
  const { ctx } = rig.register;
  const payer = { country: 'CL', type: 'rut', value: '11.111.111-1' };
  const person = { externalId: unique('P'), nationalId: payer };
  const twins = [await logged(ctx, { person }), await logged(ctx, { person })];
  const short = await logged(ctx, { externalId: '77' });
  const usd = await logged(ctx, { debt: { contractRef: 'C-CLP-1', principalMinor: 30_000 } });
  const file = [
    entry({ payerNationalId: '11111111-1', payerName: 'Pagador de Prueba' }), entry({ reference: '77', amountMinor: 123 }), entry({ reference: 'C-CLP-1', currency: 'USD' }),
    entry({ direction: 'out', reversal: true, reference: 'C-CLP-1' }), entry({ payerNationalId: 'not an id' }),
  ];
  expect(await taken(file)).toEqual({ entries: 5, booked: 0, suspense: 5, unchanged: 0, skipped: 0 });
  for (const id of [...twins, short, usd]) expect((await moneyOf(rig, id)).rows).toBe(0);
  const { items } = await listSuspense(ctx, ACME, { limit: 50 });
  expect(items.map(({ reason }) => reason).sort()).toEqual(['ambiguous', 'bankReversal', 'currency', 'noMatch', 'noMatch']);
  expect(items.find(({ reason }) => reason === 'ambiguous')?.told).toMatchObject({ payerName: 'Pagador de Prueba', account: '12-345' });
  expect(await refusalOf(matchSuspense(ctx, ACME, items.find(({ reason }) => reason === 'bankReversal')?.id ?? '', usd))).toMatchObject({ code: 'ERR_STATE' });
  await matchSuspense(ctx, ACME, items.find(({ reason }) => reason === 'ambiguous')?.id ?? '', twins[1] ?? '');
  expect(await moneyOf(rig, twins[1] ?? '')).toMatchObject({ standing: 10_000, balanced: true });
  expect(await taken(file)).toEqual({ entries: 5, booked: 0, suspense: 0, unchanged: 5, skipped: 0 });
  // With the exact amount the short number is certain.
  expect(await taken([entry({ reference: '77' })])).toMatchObject({ booked: 1 });
  expect((await moneyOf(rig, short)).standing).toBe(10_000);
});

test('the same file from two at once books each entry once', async () => {
  const externalId = unique('AGREEMENT');
  const id = await logged(rig.register.ctx, { externalId });
  const file = Array.from({ length: 5 }, () => entry({ reference: externalId, amountMinor: 100 }));
  const [one, two] = await Promise.all([taken(file), taken(file)]);
  expect(one.booked + two.booked).toBe(5);
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 5, standing: 500, balanced: true });
});

test('a file of another creditor is refused', async () => {
  expect(await refusalOf(bookBankEntries(rig.register.ctx, BRAVO, 'acme', [entry({})]))).toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect(await refusalOf(bookBankEntries(rig.register.ctx, ADMIN, 'nobody', [entry({})]))).toMatchObject({ code: 'ERR_NOT_FOUND' });
});

test('a bank\u2019s CSV as it comes: the dry run books nothing, a wrong line is told and the others are booked, a second time nothing changes', async () => {
  const { ctx } = rig.register;
  const externalId = unique('AGREEMENT');
  const id = await logged(ctx, { externalId });
  const bytes = Buffer.from(`Fecha;Descripción;Abono;Cargo;N° documento\n01/12/2026;Transferencia ${externalId};10.000;;9001\n01/12/2026;comisión;;500;9002\n31/02/2026;de nadie;1.000;;9003\n`);
  const take = (dryRun: boolean) => takeBankFile(ctx, ACME, 'acme', bytes, { currency: 'CLP', account: unique('12'), dryRun });
  expect(await take(true)).toMatchObject({ entries: 2, booked: 0, errors: [{ line: 4 }] });
  expect((await moneyOf(rig, id)).rows).toBe(0);
  const account = unique('12');
  const real = () => takeBankFile(ctx, ACME, 'acme', bytes, { currency: 'CLP', account });
  expect(await real()).toMatchObject({ entries: 2, booked: 1, suspense: 0, skipped: 1, errors: [{ line: 4 }] });
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 10_000, balanced: true });
  expect(await real()).toMatchObject({ booked: 0, unchanged: 1 });
});

test('a file that is no statement is refused by line, and one of another creditor is not found', async () => {
  const { ctx } = rig.register;
  expect(await refusalOf(takeBankFile(ctx, ACME, 'acme', Buffer.from('hola')))).toMatchObject({ code: 'ERR_BODY' });
  expect(await refusalOf(takeBankFile(ctx, BRAVO, 'acme', Buffer.from('hola')))).toMatchObject({ code: 'ERR_NOT_FOUND' });
});
