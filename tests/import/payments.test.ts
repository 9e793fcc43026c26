/** Payments of another system: `pacto import payments`, and the column `paid` of a file of agreements. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import { viewOf } from '../../src/domain/view.ts';
import { checkMoney } from '../../src/register/audit/money.ts';
import { auditedMoney } from '../../src/db/audit.ts';
import { explain, getAgreement, paymentsPage, timelinePage } from '../../src/register/agreement-reads.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { contentOf } from '../http/api.ts';
import { csv, importFile, IMPORTER, openDesk, row, type Cells, type ImportDesk } from './desk.ts';

let desk: ImportDesk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const paid = (agreement: string, externalId: string, change: Cells = {}): Cells => ({ agreement, external_id: externalId, amount: '45.990', currency: 'CLP', paid_at: '2026-03-02', method: 'transfer', instalment: '', collected_by: '', ...change });
const payments = (rows: readonly Cells[]) => importFile(desk.ctx, csv(rows), { kind: 'payments' });
const agreements = (rows: readonly Cells[]) => importFile(desk.ctx, csv(rows));
const stateOf = async (externalId: string) => loadState(desk.db, (await getAgreement(desk.ctx, IMPORTER, `acme/${externalId}`)).id);
const outboxOf = async (externalId: string) => desk.db.selectFrom('outbox').select(['action', 'name', 'payload']).where('workflow_id', '=', `agreement/acme/${externalId}`).orderBy('id').execute();
async function register(): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(await contentOf(desk.db)).filter(([table]) => !table.startsWith('import_') && table !== 'outbox'));
}

/** Settled, balanced, and at its end without a step. */
async function expectQuietEnd(externalId: string): Promise<void> {
  const { row: agreement, state } = await stateOf(externalId);
  expect(agreement).toMatchObject({ phase: 'settled', balance_minor: 0 });
  expect(viewOf(state).settledBeforePacto).toBe(true);
  expect(decide(state, await desk.ctx.clock.now())).toEqual({ kind: 'close', reason: 'settled' });
  const money = (await auditedMoney(desk.db, [agreement.id])).get(agreement.id) ?? { payments: [], allocations: [] };
  expect(checkMoney({ row: agreement, state, money, timeline: [] })).toEqual([]);
}

describe('a payment made before the agreement was logged', () => {
  test('is booked like any other: row, fact, timeline, signal; and settles without thanks or survey', async () => {
    await agreements([row('hist', 1), row('hist', 2)]);
    const { rows, items, errors } = await payments([paid('hist', 'H-1', { instalment: 1 }), paid('hist', 'H-2', { paid_at: '2026-04-05T10:30:00-04:00', method: 'cash', collected_by: 'agency' })]);
    expect({ rows, items, errors }).toEqual({ rows: 2, items: { accepted: 2, rejected: 0, unchanged: 0 }, errors: [] });
    await expectQuietEnd('hist');
    const { items: booked } = await paymentsPage(desk.ctx, IMPORTER, 'acme/hist', { limit: 9 });
    expect(booked).toMatchObject([
      { externalId: 'H-1', amountMinor: 45_990, paidAt: '2026-03-02T03:00:00.000Z', method: 'transfer', instalment: 1, collectedBy: 'creditor' },
      { externalId: 'H-2', paidAt: '2026-04-05T14:30:00.000Z', method: 'cash', collectedBy: 'agency' },
    ]);
    const { row: agreement } = await stateOf('hist');
    const entries = await readTimeline(desk.db, agreement.id);
    expect(entries.map(({ kind, text }) => [kind, text.es])).toEqual([
      ['agreementLogged', expect.any(String)], ['paymentBooked', 'Pago anterior al seguimiento, importado: CLP 45.990.'], ['paymentBooked', 'Pago anterior al seguimiento, importado: CLP 45.990.'],
    ]);
    expect(verifyChain(entries)).toEqual([]);
    expect((await outboxOf('hist')).map(({ action, name }) => name ?? action)).toEqual(['start', 'paymentBooked', 'paymentBooked']);
    expect((await outboxOf('hist'))[1]?.payload).toMatchObject({ kind: 'paymentBooked', beforePacto: true });
  });

  test('in part leaves the rest to be followed', async () => {
    await agreements([row('part', 1, { due_on: '2091-01-05' }), row('part', 2)]);
    await payments([paid('part', 'PT-1', { amount: '50.000' })]);
    expect(await getAgreement(desk.ctx, IMPORTER, 'acme/part')).toMatchObject({ phase: 'active', balanceMinor: 41_980, instalments: [{ paidMinor: 45_990 }, { paidMinor: 4_010 }], nextStep: { step: 'upcoming' } });
  });
});

test('a payment made while Pacto follows is news: what it settles is thanked for and asked about', async () => {
  await agreements([row('news', 1)]);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  await payments([paid('news', 'N-1', { paid_at: tomorrow })]);
  const { state } = await stateOf('news');
  expect(viewOf(state)).toMatchObject({ phase: 'settled', settledBeforePacto: false });
  expect((await explain(desk.ctx, IMPORTER, 'acme/news')).next).toMatchObject({ step: 'thanks' });
});

describe('the column paid', () => {
  test('in full: the run starts with the payments, is settled, and thanks nobody', async () => {
    const { items } = await agreements([row('full', 1, { paid: '45.990' }), row('full', 2, { paid: '45.990' })]);
    expect(items).toEqual({ accepted: 1, rejected: 0, unchanged: 0 });
    await expectQuietEnd('full');
    const [start, ...rest] = await outboxOf('full');
    expect(rest).toEqual([]);
    const input: unknown = start?.payload;
    expect(input).toMatchObject({ v: 1, state: { events: [{ kind: 'paymentBooked', beforePacto: true, instalment: 1 }, { kind: 'paymentBooked', instalment: 2 }] } });
    // Exactly what the register would rebuild: else the audit would call it lost.
    expect(input).toEqual({ v: 1, state: JSON.parse(JSON.stringify((await stateOf('full')).state)) });
    expect((await timelinePage(desk.ctx, IMPORTER, 'acme/full', { limit: 9 })).items.map(({ kind }) => kind)).toEqual(['agreementLogged', 'paymentBooked', 'paymentBooked']);
  });

  test('in part: what is left is followed, and paying it under Pacto\'s watch is thanked for', async () => {
    await agreements([row('some', 1, { paid: '45.990' }), row('some', 2, { paid: '990' })]);
    expect(await getAgreement(desk.ctx, IMPORTER, 'acme/some')).toMatchObject({ phase: 'active', balanceMinor: 45_000, nextStep: { step: 'upcoming' } });
    await payments([paid('some', 'S-1', { amount: '45.000', paid_at: new Date(Date.now() + 86_400_000).toISOString() })]);
    expect((await explain(desk.ctx, IMPORTER, 'acme/some')).next).toMatchObject({ step: 'thanks' });
  });

  test('told later for an agreement that is followed already reaches its run by a signal', async () => {
    await agreements([row('late', 1), row('late', 2)]);
    const { items } = await agreements([row('late', 1, { paid: '45.990' }), row('late', 2)]);
    expect(items).toEqual({ accepted: 1, rejected: 0, unchanged: 0 });
    expect((await outboxOf('late')).map(({ action, name }) => name ?? action)).toEqual(['start', 'paymentBooked']);
  });
});

describe('a file of payments', () => {
  test('again, the same or with the same rows in another, changes nothing', async () => {
    await agreements([row('twice', 1), row('twice', 2)]);
    await payments([paid('twice', 'T-1')]);
    const before = await register();
    expect((await payments([paid('twice', 'T-1')])).items).toEqual({ accepted: 0, rejected: 0, unchanged: 1 });
    expect((await payments([paid('twice', 'T-1', { amount: '45990', currency: '' }), paid('twice', 'T-1')])).items).toEqual({ accepted: 0, rejected: 0, unchanged: 2 });
    expect(await register()).toEqual(before);
  });

  const cases: [string, Cells, string, RegExp][] = [
    ['an agreement that does not exist', { agreement: 'none-such' }, 'agreement', /no such agreement/], ['no agreement', { agreement: '' }, 'agreement', /missing/],
    ['no external id', { external_id: '' }, 'external_id', /missing/], ['a wrong external id', { external_id: 'ñ' }, 'external_id', /letters/], ['no amount', { amount: '' }, 'amount', /missing/],
    ['an amount of 0', { amount: '0' }, 'amount', /more than 0/], ['decimals that CLP has not', { amount: '1,5' }, 'amount', /decimals/], ['another currency', { currency: 'USD', amount: '1.5' }, 'currency', /CLP/],
    ['no date', { paid_at: '' }, 'paid_at', /missing/], ['a date of no calendar', { paid_at: '2026-02-30' }, 'paid_at', /YYYY/], ['a date written otherwise', { paid_at: '02/03/2026' }, 'paid_at', /YYYY/],
    ['an hour that does not exist', { paid_at: '2026-03-02 25:00' }, 'paid_at', /time of day/], ['an unknown method', { method: 'bitcoin' }, 'method', /transfer/],
    ['an instalment that the plan has not', { instalment: 9 }, 'instalment', /plan/], ['an instalment that is no number', { instalment: 'uno' }, 'instalment', /whole number/],
    ['somebody else who collected', { collected_by: 'tío' }, 'collected_by', /agency or creditor/], ['the id of another payment', { external_id: 'known', amount: '1' }, 'external_id', /another content/],
  ];
  test.each(cases)('with %s: line, column and reason; the rows beside it are booked', async (_what, change, column, reason) => {
    await agreements([row('wrong', 1)]);
    await payments([paid('wrong', 'known')]);
    const before = await register();
    const { items, errors } = await importFile(desk.ctx, csv([paid('wrong', 'known'), paid('wrong', 'bad', change)]), { kind: 'payments', dryRun: true });
    expect(items).toEqual({ accepted: 0, rejected: 1, unchanged: 1 });
    expect(errors).toEqual([{ line: 3, column, reason: expect.stringMatching(reason) }]);
    expect(await register()).toEqual(before);
  });

  test('is refused with the columns of another kind, and no row of another creditor is touched', async () => {
    await expect(payments([row('x', 1)])).rejects.toMatchObject({ code: 'ERR_BODY', message: expect.stringContaining('payments') });
    await agreements([row('theirs', 1)]);
    const other = await importFile(desk.ctx, csv([paid('theirs', 'O-1', { currency: '' })]), { kind: 'payments', creditorId: 'andes' });
    expect(other).toMatchObject({ items: { rejected: 1 }, errors: [{ line: 2, column: 'agreement' }] });
  });
});
