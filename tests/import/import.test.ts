import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countsOf, importById, rowsOfAgreements } from '../../src/db/imports.ts';
import { AppError } from '../../src/errors.ts';
import { getAgreement, paymentsPage } from '../../src/register/agreement-reads.ts';
import { readImportRows } from '../../src/register/import/rows.ts';
import { takeInAgreements } from '../../src/register/import/take-in.ts';
import { contentOf } from '../http/api.ts';
import { csv, hand, importFile, IMPORTER, openDesk, row, work, type Cells, type ImportDesk } from './desk.ts';

let desk: ImportDesk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const state = (ref: string) => getAgreement(desk.ctx, IMPORTER, ref);
const refused = async (work_: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await work_.then(() => null, (thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error('it was not refused');
  return error;
};
/** Everything but the imports themselves. */
async function register(): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(await contentOf(desk.db)).filter(([table]) => !table.startsWith('import_') && table !== 'outbox'));
}
const imports = async (): Promise<number> => (await desk.db.selectFrom('outbox').select('id').where('workflow_type', '=', 'agreement').execute()).length;

describe('a file of agreements', () => {
  test.each([[',', '\n', ''], [';', '\r\n', '\uFEFF']] as const)('written with "%s" becomes agreements, a row an instalment', async (delimiter, end, bom) => {
    const name = delimiter === ',' ? 'comma' : 'semicolon';
    const called = { name: 'Pérez; Ana, "la Nena"' };
    const file = bom + csv([
      row(`${name}-1`, 1, { ...called, contract: 'C-9', signed_on: '2025-03-01' }), row(`${name}-2`, 1, { batch: '2026-11' }), row(`${name}-1`, 2, { name: '' }), row(`${name}-1`, 3, { ...called, amount: '1.000' }),
    ], { delimiter, end });
    const { rows, items, errors } = await importFile(desk.ctx, file);
    expect({ rows, items, errors }).toEqual({ rows: 4, items: { accepted: 2, rejected: 0, unchanged: 0 }, errors: [] });
    expect(await state(`acme/${name}-1`)).toMatchObject({
      currency: 'CLP', balanceMinor: 92_980, instalments: [{ number: 1, dueOn: '2091-01-05', amountMinor: 45_990 }, { number: 2, amountMinor: 45_990 }, { number: 3, amountMinor: 1_000 }],
    });
    expect(await state(`acme/${name}-2`)).toMatchObject({ batch: '2026-11', balanceMinor: 45_990 });
    const person = await desk.db.selectFrom('person').select(['name', 'address', 'national_id']).where('external_id', '=', `P-${name}-1`).executeTakeFirstOrThrow();
    expect(person).toEqual({ name: 'Pérez; Ana, "la Nena"', address: { country: 'CL', region: 'CL-RM', city: 'Santiago' }, national_id: { country: 'CL', type: 'rut', value: '123456785' } });
  });

  test('imported twice changes nothing, whatever happened in between', async () => {
    const file = csv([row('twice', 1, { paid: '5.000' }), row('twice', 2), row('twice-b', 1, { amount: 'x' })]);
    const first = await importFile(desk.ctx, file);
    expect(first.items).toEqual({ accepted: 1, rejected: 1, unchanged: 0 });
    await desk.db.updateTable('person').set({ name: 'Nombre corregido' }).where('external_id', '=', 'P-twice').execute();
    const before = [await register(), await imports()];
    const second = await importFile(desk.ctx, file);
    expect(second.items).toEqual({ accepted: 0, rejected: 1, unchanged: 1 });
    expect(second.errors).toEqual(first.errors);
    expect([await register(), await imports()]).toEqual(before);
  });

  test('with the same agreements in another file leaves them unchanged, and takes in what is new about the person', async () => {
    await importFile(desk.ctx, csv([row('other', 1)]));
    const again = await importFile(desk.ctx, csv([row('other', 1, { phone: '+56987654322' })]));
    expect(again.items).toEqual({ accepted: 0, rejected: 0, unchanged: 1 });
    const points = await desk.db.selectFrom('contact_point').innerJoin('person', 'person.id', 'person_id').select('value').where('external_id', '=', 'P-other').where('kind', '=', 'phone').orderBy('value').execute();
    expect(points.map(({ value }) => value)).toEqual(['+56987654321', '+56987654322']);
  });

  test('with another content under a known id is rejected and changes nothing', async () => {
    await importFile(desk.ctx, csv([row('conflict', 1)]));
    const before = await register();
    const { items, errors } = await importFile(desk.ctx, csv([row('conflict', 1, { amount: '1.000', name: 'Otra' })]));
    expect({ items, errors }).toMatchObject({ items: { rejected: 1 }, errors: [{ line: 2, column: 'agreement', reason: 'An agreement with this external id exists with another content.' }] });
    expect(await register()).toEqual(before);
  });

  test('counts and explains blank lines, empty cells behind the last column and a last line without an end as a person would', async () => {
    const lines = csv([row('blank', 1), row('blank', 2)]).trimEnd().split('\n');
    const { rows, items } = await importFile(desk.ctx, [lines[0], '', lines[1], ',,,,', `${lines[2]},,`].join('\n'));
    expect({ rows, items }).toMatchObject({ rows: 2, items: { accepted: 1 } });
  });
});

describe('rows that are wrong', () => {
  const cases: readonly (readonly [string, Cells, string, RegExp])[] = [
    ['an amount of another style', { amount: '45,990' }, 'amount', /decimals/], ['no amount', { amount: '' }, 'amount', /missing/],
    ['an amount of nothing', { amount: '0' }, 'amount', /more than 0/], ['a date that is none', { due_on: '2091-02-30' }, 'due_on', /calendar/],
    ['no date', { due_on: '' }, 'due_on', /missing/], ['an instalment that is no number', { instalment: 'una' }, 'instalment', /whole number/],
    ['no name', { name: '' }, 'name', /missing/], ['no person', { person: '' }, 'person', /missing/], ['a phone nobody has', { phone: '12345' }, 'phone', /valid phone/],
    ['no way to reach the person', { phone: '', email: '' }, 'phone', /email too/], ['an e-mail that is none', { email: 'ana' }, 'email', /e-mail/],
    ['a RUT with a wrong digit', { id_number: '12.345.678-9' }, 'id_number', /valid national id/], ['an unknown currency', { currency: 'XYZ' }, 'currency', /ISO 4217/],
    ['no currency', { currency: '' }, 'currency', /missing/], ['a strategy that does not exist', { strategy: 'none-such' }, 'strategy', /no strategy/],
    ['a strategy with a wrong name', { strategy: 'NO VALE' }, 'strategy', /id of a strategy/], ['an unknown zone', { zone: 'Luna' }, 'zone', /IANA/],
    ['a debt that does not add up', { principal: '1.000', interest: '10' }, 'principal', /1010/], ['a consent nobody knows', { sms_consent: 'quizás' }, 'sms_consent', /granted/],
    ['a wrong country', { country: 'ZZ' }, 'country', /ISO 3166/], ['an id of another country', { id_country: 'CO', id_number: 'x' }, 'id_number', /valid national id/],
    ['an amount paid that is none', { paid: '1,5' }, 'paid', /decimals/], ['an agreement id with a space', { agreement: 'a b' }, 'agreement', /letters/], ['no agreement', { agreement: '' }, 'agreement', /missing/],
  ];
  test.each(cases)('%s: line, column and reason, without quoting the cell', async (_what, change, column, reason) => {
    const before = await register();
    const { items, errors } = await importFile(desk.ctx, csv([row('good-one', 1, { amount: '1' }), row('wrong-one', 1, change)]), { dryRun: true });
    expect(items).toEqual({ accepted: 1, rejected: 1, unchanged: 0 });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toEqual({ line: 3, column, reason: expect.stringMatching(reason) });
    expect(await register()).toEqual(before);
  });

  test('take their whole agreement with them, wherever its rows stand, and no other', async () => {
    const { rows, items, errors } = await importFile(desk.ctx, csv([row('torn', 1), row('whole', 1), row('torn', 2, { due_on: 'mañana', amount: '1,5' }), row('torn', 3)]));
    expect({ rows, items }).toEqual({ rows: 4, items: { accepted: 1, rejected: 1, unchanged: 0 } });
    expect(errors.map(({ line, column }) => [line, column])).toEqual([[2, 'agreement'], [4, 'amount'], [4, 'due_on'], [5, 'agreement']]);
    expect(errors[0]?.reason).toBe('is rejected with line 4');
    expect((await refused(state('acme/torn'))).code).toBe('ERR_NOT_FOUND');
    expect(await state('acme/whole')).toMatchObject({ balanceMinor: 45_990 });
  });

  test('that contradict each other are named', async () => {
    const { errors } = await importFile(desk.ctx, csv([row('says', 1), row('says', 2, { name: 'Otra Persona' }), row('says', 2)]));
    expect(errors).toEqual(expect.arrayContaining([{ line: 3, column: 'name', reason: 'differs from line 2 of the same agreement' }]));
    expect(errors.find(({ line }) => line === 4)).toMatchObject({ column: 'instalment', reason: 'stands twice in the plan' });
  });

  test('that cannot be read at all spoil their own line and their agreement, nothing behind it', async () => {
    const [header = '', one = '', two = '', three = ''] = csv([row('quote', 1), row('quote', 2), row('after', 1)]).split('\n');
    const { rows, items, errors } = await importFile(desk.ctx, [header, one, two.replace('Ana', '"Ana'), three, 'cells,too,few', ''].join('\n'));
    expect({ rows, items }).toEqual({ rows: 4, items: { accepted: 1, rejected: 2, unchanged: 0 } });
    expect(errors).toEqual([
      { line: 2, column: 'agreement', reason: 'is rejected with line 3' }, { line: 3, column: null, reason: expect.stringContaining('quote') },
      { line: 5, column: null, reason: expect.stringMatching(/has 3 cells/) },
    ]);
    const latin = Buffer.from(csv([row('latin', 1), row('latin-b', 1, { name: 'Ana' })]), 'latin1');
    const other = await importFile(desk.ctx, latin);
    expect(other).toMatchObject({ items: { accepted: 1, rejected: 1 }, errors: [{ line: 2, column: null, reason: expect.stringContaining('UTF-8') }] });
  });
});

describe('consent', () => {
  test('is granted unless a column says otherwise, with file, line and importer as evidence', async () => {
    const file = csv([row('consent', 1, { phone: '', call_consent: 'denied', email_consent: 'unknown', consent_evidence: 'contrato cláusula 7' }), row('consent', 2, { email: '' })]);
    await importFile(desk.ctx, file);
    const rows = await desk.db.selectFrom('consent').innerJoin('contact_point', 'contact_point.id', 'contact_point_id').innerJoin('person', 'person.id', 'person_id')
      .select(['channel', 'state', 'evidence']).where('external_id', '=', 'P-consent').orderBy('channel').execute();
    const evidence = { by: 'importer', source: 'import', agreement: 'consent', file: createHash('sha256').update(file).digest('hex'), given: 'contrato cláusula 7' };
    expect(rows).toEqual([
      { channel: 'call', state: 'denied', evidence: { ...evidence, line: 3 } }, { channel: 'email', state: 'unknown', evidence: { ...evidence, line: 2 } },
      { channel: 'sms', state: 'granted', evidence: { ...evidence, line: 3 } },
    ]);
  });
});

describe('what was paid before', () => {
  test('is booked on its instalment, once, as collected by the creditor', async () => {
    await importFile(desk.ctx, csv([row('paid', 1, { paid: '45.990' }), row('paid', 2, { paid: '990' }), row('paid', 3)]));
    expect(await state('acme/paid')).toMatchObject({ balanceMinor: 90_990, instalments: [{ paidMinor: 45_990 }, { paidMinor: 990 }, { paidMinor: 0 }] });
    const again = await importFile(desk.ctx, csv([row('paid', 1, { paid: '45.990' }), row('paid', 2, { paid: '990' }), row('paid', 3), row('paid-b', 1)]));
    expect(again.items).toEqual({ accepted: 1, rejected: 0, unchanged: 1 });
    const { items } = await paymentsPage(desk.ctx, IMPORTER, 'acme/paid', { limit: 50 });
    expect(items.map(({ externalId, collectedBy, amountMinor }) => ({ externalId, collectedBy, amountMinor })).sort((a, b) => b.amountMinor - a.amountMinor)).toEqual([
      { externalId: 'import.paid.1', collectedBy: 'creditor', amountMinor: 45_990 }, { externalId: 'import.paid.2', collectedBy: 'creditor', amountMinor: 990 },
    ]);
  });

  test('said differently later is rejected at its cell, and nothing of the row is kept', async () => {
    await importFile(desk.ctx, csv([row('repaid', 1, { paid: '1.000' })]));
    const before = await register();
    const { errors } = await importFile(desk.ctx, csv([row('repaid', 1, { paid: '2.000', phone: '+56987654323' })]));
    expect(errors).toEqual([{ line: 2, column: 'paid', reason: 'A payment with this external id exists with another content.' }]);
    expect(await register()).toEqual(before);
  });
});

describe('a dry run', () => {
  test('says what the import would say, and stores nothing', async () => {
    await importFile(desk.ctx, csv([row('dry-known', 1), row('dry-other', 1)]));
    const file = csv([row('dry', 1, { paid: '10' }), row('dry-known', 1), row('dry-other', 1, { amount: '7' }), row('dry-bad', 1, { strategy: 'none-such' })]);
    const before = [await register(), await imports()];
    const dry = await importFile(desk.ctx, file, { dryRun: true });
    expect([await register(), await imports()]).toEqual(before);
    const real = await importFile(desk.ctx, file);
    expect(dry.items).toEqual({ accepted: 1, rejected: 2, unchanged: 1 });
    expect({ items: dry.items, errors: dry.errors }).toEqual({ items: real.items, errors: real.errors });
    expect(await state('acme/dry')).toMatchObject({ balanceMinor: 45_980 });
  });
});

describe('a file that is none', () => {
  test.each([
    ['', ['agreement']], ['agreement,person,name\n', ['currency', 'instalment', 'due_on', 'amount', 'phone']], ['Juan Pérez,12.345.678-5\n', ['header']],
    [`${csv([row('x', 1)]).split('\n')[0]},cuota,name\n`, ['cuota', 'name']],
  ])('is refused at once with the columns that are wrong: %j', async (file, columns) => {
    const error = await refused(hand(desk.ctx, file));
    expect(error.code).toBe('ERR_BODY');
    expect(error.errors.map(({ path }) => path)).toEqual(expect.arrayContaining(columns));
    expect(JSON.stringify(error.errors)).not.toContain('Juan');
  });

  test('is refused when a line has no end, is UTF-16, or the creditor is unknown or another\'s', async () => {
    expect((await refused(hand(desk.ctx, `${csv([row('x', 1)])}${'x'.repeat(70_000)}`))).code).toBe('ERR_BODY');
    expect((await refused(hand(desk.ctx, Buffer.from(csv([row('x', 1)]), 'utf16le')))).code).toBe('ERR_BODY');
    expect((await refused(hand(desk.ctx, csv([row('x', 1)]), { creditorId: 'nobody' }))).errors).toMatchObject([{ path: 'creditorId' }]);
    expect((await refused(hand(desk.ctx, csv([row('x', 1)]), { actor: { id: 'k', role: 'system', creditorId: 'andes' } }))).errors).toMatchObject([{ path: 'creditorId' }]);
    expect(await desk.db.selectFrom('import_chunk').select('number').execute()).toEqual([]);
  });
});

describe('an import that is interrupted', () => {
  const file = csv(Array.from({ length: 60 }, (_, n) => row(`cut-${n % 30}`, 1 + Math.floor(n / 30), { name: `Ñandú ${n % 5} 🙂`, person: `P-cut-${n % 5}`, id_number: '' })));

  test('goes on at any row, in pieces of any size, with the same result', async () => {
    const whole = await work(desk.ctx, (await hand(desk.ctx, file, { dryRun: true, piece: 13 })).importId);
    expect(whole).toMatchObject({ rows: 60, items: { accepted: 30, rejected: 0, unchanged: 0 } });
    const cut = await work(desk.ctx, (await hand(desk.ctx, file)).importId, 7);
    expect({ ...cut, id: '' }).toEqual({ ...whole, id: '' });
    expect(await state('acme/cut-29')).toMatchObject({ instalments: [{ number: 1 }, { number: 2 }] });
  });

  test('is not done twice by two workers that hold it at once', async () => {
    const { importId, created } = await hand(desk.ctx, file.replaceAll('cut-', 'two-'));
    expect(created).toBe(true);
    expect(await hand(desk.ctx, file.replaceAll('cut-', 'two-'))).toEqual({ importId, created: false });
    const both = await Promise.all([1, 2].map(async () => {
      while (!(await readImportRows(desk.ctx, importId, () => undefined, 9)));
    }));
    expect(both).toHaveLength(2);
    expect((await rowsOfAgreements(desk.db, importId, ['two-3'], 10)).get('two-3')).toHaveLength(2);
    await Promise.all([1, 2].map(async () => {
      while (!(await takeInAgreements(desk.ctx, importId, { beat: () => undefined, part: 11 })));
    }));
    expect(await countsOf(desk.db, importId)).toEqual({ accepted: 30, rejected: 0, unchanged: 0, items: 30, errors: 0 });
    expect((await importById(desk.db, importId))?.rows).toBe(60);
  });

  test('leaves neither the file nor its rows behind when it ends', async () => {
    const { importId } = await hand(desk.ctx, csv([row('gone', 1), row('gone-b', 1, { amount: '' })]));
    await work(desk.ctx, importId);
    expect(await desk.db.selectFrom('import_chunk').select('number').where('import_id', '=', importId).execute()).toEqual([]);
    expect((await rowsOfAgreements(desk.db, importId, ['gone'], 10)).size).toBe(0);
    const kept = JSON.stringify([await importById(desk.db, importId), await desk.db.selectFrom('import_error').selectAll().execute(), await desk.db.selectFrom('import_agreement').selectAll().execute(), await desk.db.selectFrom('outbox').select('payload').where('workflow_type', '=', 'importFile').execute()]);
    for (const personal of ['Ana', '987654321', 'example.org', '12.345.678', 'Ñandú']) expect(kept).not.toContain(personal);
  });
});
