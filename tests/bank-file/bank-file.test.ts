/** Bank files of the three kinds, read with what is wrong in them told line by line. The data is invented. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBankFile } from '../../src/channels/payments/bank-file/read.ts';
import type { BankFileOptions } from '../../src/channels/payments/bank-file/entry.ts';

const example = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'examples', name));
const read = (text: string, options: BankFileOptions = {}) => readBankFile(Buffer.from(text), options);
const edited = (name: string, from: string, to: string): Buffer => {
  const text = example(name).toString('utf8');
  expect(text.split(from)).toHaveLength(2);
  return Buffer.from(text.replace(from, to));
};
const lines = (file: ReturnType<typeof readBankFile>): number[] => file.errors.map(({ line }) => line);

const EXAMPLES: readonly (readonly [string, BankFileOptions])[] = [
  ['cartola-cl.csv', { currency: 'CLP', account: '00123' }], ['extrato-br.csv', { currency: 'BRL' }], ['movimientos-mx.csv', {}], ['statement-cl.camt053.xml', {}], ['statement.mt940', {}],
];

describe('every example', () => {
  test.each(EXAMPLES)('%s is read whole, and a second reading gives the same ids', (name, options) => {
    const [first, second] = [readBankFile(example(name), options), readBankFile(example(name), options)];
    expect(first.errors).toEqual([]);
    expect(first.entries.length).toBeGreaterThan(1);
    expect(second).toEqual(first);
    expect(new Set(first.entries.map(({ id }) => id)).size).toBe(first.entries.length);
  });

  test.each(EXAMPLES)('%s cut off anywhere throws nothing, and an entry that is kept is one of the whole file', (name, options) => {
    const bytes = example(name);
    const ids = new Set(readBankFile(bytes, options).entries.map(({ amountMinor, bookedOn }) => `${bookedOn} ${amountMinor}`));
    for (let end = 0; end < bytes.length; end += 7) {
      const { entries, errors } = readBankFile(bytes.subarray(0, end), options);
      expect(errors.every(({ line }) => line >= 1)).toBe(true);
      if (!name.endsWith('.csv')) expect(entries.filter(({ amountMinor, bookedOn }) => !ids.has(`${bookedOn} ${amountMinor}`))).toEqual([]);
    }
  });
});

describe('CSV', () => {
  const chile = { currency: 'CLP', account: '00123' };

  test('a Chilean statement: money in and out, payer, a reversal, lines above the header', () => {
    const { entries } = readBankFile(example('cartola-cl.csv'), chile);
    expect(entries[0]).toMatchObject({ bookedOn: '2026-12-01', amountMinor: 45_990, currency: 'CLP', direction: 'in', reversal: false, reference: 'Transferencia recibida A-1001', payerName: 'Inés Peña Ñuñoa', payerNationalId: '12.345.678-5', account: '00123' });
    expect(entries.map(({ direction, amountMinor, reversal }) => `${direction} ${amountMinor}${reversal ? ' R' : ''}`)).toEqual(['in 45990', 'in 20000', 'in 20000', 'in 30000', 'out 30000 R', 'out 1190']);
  });

  test('Windows-1252, as banks still write it, reads the same', () => {
    const latin = Buffer.from(example('cartola-cl.csv').toString('utf8'), 'latin1');
    expect(readBankFile(latin, chile)).toEqual(readBankFile(example('cartola-cl.csv'), chile));
  });

  test('a Brazilian one has its sign on the amount and the newest line first; a Mexican one says abono or cargo and groups by comma', () => {
    expect(readBankFile(example('extrato-br.csv'), { currency: 'BRL' }).entries.map(({ direction, amountMinor, payerNationalId }) => [direction, amountMinor, payerNationalId]))
      .toEqual([['in', 123_450, '529.982.247-25'], ['out', 3_450, undefined]]);
    expect(readBankFile(example('movimientos-mx.csv')).entries.map(({ direction, amountMinor, account, reference }) => [direction, amountMinor, account, reference]))
      .toEqual([['in', 123_450, '0123456789', 'SPEI RECIBIDO, C-55'], ['out', 5_800, '0123456789', 'COMISION']]);
  });

  test('a saved mapping finds columns that nobody could guess', () => {
    const text = 'Día;Plata;Quién\n05-12-26;-1.500;Ana\n';
    expect(read(text, { currency: 'CLP' }).errors).toMatchObject([{ line: 1 }]);
    expect(read(text, { currency: 'CLP', columns: { bookedOn: 'dia', amount: 'PLATA', payerName: 'Quién' } }))
      .toMatchObject({ errors: [], entries: [{ bookedOn: '2026-12-05', amountMinor: 1_500, direction: 'out', payerName: 'Ana' }] });
    expect(read(text, { currency: 'CLP', columns: { bookedOn: 'dia', amount: 'monto' } }).errors).toEqual([{ line: 1, reason: 'the column mapped to amount is not in the header' }]);
  });

  test('a column whose name misleads is mapped to nothing', () => {
    const text = 'Fecha;Tipo;Monto\n04/12/2026;Transferencia;-10\n';
    expect(read(text, { currency: 'CLP' }).errors).toMatchObject([{ line: 2, column: 'direction' }]);
    expect(read(text, { currency: 'CLP', columns: { direction: '' } })).toMatchObject({ errors: [], entries: [{ direction: 'out', amountMinor: 10 }] });
  });

  const row = (text: string, header = 'Fecha;Glosa;Monto'): string => `${header}\n04/12/2026;antes;100\n${text}\n05/12/2026;después;200\n`;
  test.each([
    ['a day that is none', row('31/02/2026;x;300'), 'bookedOn'],
    ['month first', row('12/31/2026;x;300'), 'bookedOn'],
    ['an amount in the other style', row('04/12/2026;x;45,990'), 'amount'],
    ['cents in a currency without', row('04/12/2026;x;45.990,50'), 'amount'],
    ['an amount of nothing', row('04/12/2026;x;0'), 'amount'],
    ['a missing amount', row('04/12/2026;x'), 'amount'],
    ['words for an amount', row('04/12/2026;x;cien'), 'amount'],
    ['quotes that do not fit', row('04/12/2026;"x;300'), undefined],
    ['a footer', row('Total;;300'), 'bookedOn'],
  ])('%s is an error of its line, and the others are read', (_, text, column) => {
    const { entries, errors } = read(text, { currency: 'CLP' });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ line: 3, ...(column === undefined ? {} : { column }) });
    expect(entries.map(({ amountMinor }) => amountMinor)).toEqual([100, 200]);
  });

  test('both columns filled, a wrong side, no currency: told by column', () => {
    expect(read('Fecha;Cargo;Abono\n04/12/2026;10;10\n', { currency: 'CLP' }).errors).toMatchObject([{ line: 2, column: 'credit' }]);
    expect(read('Fecha;Tipo;Monto\n04/12/2026;Tal vez;10\n', { currency: 'CLP' }).errors).toMatchObject([{ line: 2, column: 'direction' }]);
    expect(read('Fecha;Tipo;Monto\n04/12/2026;Abono;-10\n', { currency: 'CLP' }).errors).toMatchObject([{ line: 2, column: 'direction' }]);
    expect(read('Fecha;Monto\n04/12/2026;10\n').errors).toMatchObject([{ line: 2, column: 'currency' }]);
  });

  test.each([['-1.500', 'out'], ['1.500-', 'out'], ['(1.500)', 'out'], ['$-1.500', 'out'], ['-$1.500', 'out'], ['+1.500', 'in'], ['$ 1.500', 'in']])('%s is money %s', (amount, direction) => {
    expect(read(`Fecha;Monto\n04/12/2026;${amount}\n`, { currency: 'CLP' })).toMatchObject({ errors: [], entries: [{ amountMinor: 1_500, direction }] });
  });

  test('a balance that does not follow from the line before is told, oldest or newest first', () => {
    expect(readBankFile(edited('cartola-cl.csv', ';45.990;1.045.990', ';45.900;1.045.990'), chile).errors).toEqual([]);
    expect(lines(readBankFile(edited('cartola-cl.csv', '$ 30.000;1.115.990', '$ 31.000;1.115.990'), chile))).toEqual([9]);
    expect(lines(readBankFile(edited('extrato-br.csv', '1.234,50;2.234,50', '1.234,51;2.234,50'), { currency: 'BRL' }))).toEqual([2]);
  });

  test('reasons quote no cell', () => {
    const secret = 'PepitaPérez';
    const told = JSON.stringify(read(`Fecha;Glosa;Monto;Moneda\n${secret};${secret};${secret};CLP\n04/12/2026;x;${secret};CLP\n04/12/2026;x;1;${secret}\n"${secret};1\n`).errors);
    expect(told).not.toContain(secret);
  });
});

describe('ids', () => {
  const file = (rows: readonly string[]): string => ['Fecha;Glosa;Monto;N° Operación', ...rows].join('\n');
  const ids = (rows: readonly string[]): string[] => read(file(rows), { currency: 'CLP' }).entries.map(({ id }) => id);
  const movement = fc.record({ day: fc.integer({ min: 1, max: 3 }), amount: fc.integer({ min: 1, max: 3 }), text: fc.constantFrom('a', 'b'), number: fc.constantFrom('', '0', '7001') });
  const written = ({ day, amount, text, number }: { day: number; amount: number; text: string; number: string }): string => `0${day}/12/2026;${text};${amount};${number}`;

  test('all of a file differ, equal movements of a day too, and a file that goes on keeps those it had', () => {
    fc.assert(fc.property(fc.array(movement, { maxLength: 20 }), fc.array(movement, { maxLength: 10 }), (first, more) => {
      const before = ids(first.map(written));
      const after = ids([...first, ...more].map(written));
      expect(after.slice(0, before.length)).toEqual(before);
      expect(new Set(after).size).toBe(first.length + more.length);
    }));
  });

  test('with the bank\'s number a text that was filled in later changes nothing; without one it is another movement', () => {
    expect(ids(['01/12/2026;Transferencia;100;7001'])).toEqual(ids(['01/12/2026;Transferencia de Ana;100;7001']));
    expect(ids(['01/12/2026;Transferencia;100;0'])).not.toEqual(ids(['01/12/2026;Transferencia de Ana;100;0']));
  });

  test('the same movement of another account is another one', () => {
    const of = (account: string) => read(file(['01/12/2026;x;100;7001']), { currency: 'CLP', account }).entries[0]?.id;
    expect(of('1')).not.toBe(of('2'));
  });
});

describe('CAMT.053', () => {
  const NAME = 'statement-cl.camt053.xml';

  test('booked entries only, a collective booking in its parts, a reversal as money out', () => {
    const { entries } = readBankFile(example(NAME));
    expect(entries.map(({ direction, amountMinor, reversal, payerName, reference }) => [direction, amountMinor, reversal, payerName, reference])).toEqual([
      ['in', 45_990, false, 'Inés Peña', 'Cuota 1 A-1001 & gastos'], ['in', 30_000, false, 'Raúl Soto', 'A-1002'], ['in', 50_000, false, 'Carla Díaz', 'A-1003'], ['out', 15_000, true, undefined, 'Reverso de abono'],
    ]);
    expect(entries[0]).toMatchObject({ bookedOn: '2026-12-04', valueOn: '2026-12-05', payerNationalId: '12345678-5', account: '00123456789', currency: 'CLP' });
  });

  test('version 2, where status and debtor stand elsewhere, and with a prefix', () => {
    const old = example(NAME).toString('utf8').replaceAll('<Sts><Cd>BOOK</Cd></Sts>', '<Sts>BOOK</Sts>').replaceAll(/<\/?Pty>/g, '');
    expect(read(old).entries).toEqual(readBankFile(example(NAME)).entries);
    expect(read(old.replaceAll(/<(\/?)(?=[A-Z])/g, '<$1c:').replace('xmlns=', 'xmlns:c=')).entries).toEqual(readBankFile(example(NAME)).entries);
  });

  test('parts that do not add up stay one entry', () => {
    const { entries } = readBankFile(edited(NAME, '<Amt Ccy="CLP">50000</Amt>', '<Amt Ccy="CLP">50001</Amt>'));
    expect(entries.map(({ amountMinor }) => amountMinor)).toEqual([45_990, 80_000, 15_000]);
  });

  test.each([
    ['a closing balance that is off by one', '1110990', '1110991', 9, 'Bal'],
    ['an entry of another amount', '<Amt Ccy="CLP">15000</Amt>', '<Amt Ccy="CLP">14000</Amt>', 9, 'Bal'],
    ['cents in CLP', '>45990<', '>45990.50<', 10, 'Amt'],
    ['an exponent', '>45990<', '>4.599e4<', 10, 'Amt'],
    ['an unknown side', '<CdtDbtInd>DBIT</CdtDbtInd>', '<CdtDbtInd>OUT</CdtDbtInd>', 27, 'CdtDbtInd'],
    ['no account', '<Othr><Id>00123456789</Id></Othr>', '', 5, 'Acct'],
    ['no closing balance', 'CLBD', 'XXXX', 5, 'Bal'],
  ])('%s is told at its line', (_, from, to, line, column) => {
    expect(readBankFile(edited(NAME, from, to)).errors).toMatchObject([{ line, column }]);
  });

  test('entities are not expanded, a document type is refused, broken XML is told by its line', () => {
    const bomb = '<?xml version="1.0"?>\n<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>\n<Document>&b;</Document>';
    expect(read(bomb)).toEqual({ entries: [], errors: [{ line: 2, reason: expect.stringContaining('document type') }] });
    expect(read('<Document>\n&xxe;</Document>').errors).toMatchObject([{ line: 2, reason: 'is not well-formed XML' }]);
    expect(read('<Document>\n<a>\n</b></Document>').errors).toMatchObject([{ line: 3 }]);
    expect(read(`<Document>${'<a>'.repeat(60_000)}`).errors).toMatchObject([{ reason: expect.stringContaining('nested') }]);
    expect(read(`<Document>${'<a/>'.repeat(500_000)}</Document>`).errors).toMatchObject([{ reason: expect.stringContaining('more elements') }]);
    expect(read('<Other/>').errors).toMatchObject([{ reason: expect.stringContaining('no statement') }]);
  });
});

describe('MT940', () => {
  const NAME = 'statement.mt940';

  test('booking date over the turn of the year, reversal, fields of tag 86, two equal deposits', () => {
    const { entries } = readBankFile(example(NAME));
    expect(entries.map(({ bookedOn, valueOn, direction, amountMinor, reversal, payerName, reference }) => [bookedOn, valueOn, direction, amountMinor, reversal, payerName, reference])).toEqual([
      ['2026-12-31', '2026-12-31', 'in', 123_450, false, 'Joana Prado', 'A-1001 Cuota 1 A-1001'],
      ['2027-01-01', '2026-12-31', 'in', 5_000, false, undefined, 'Deposito en caja'],
      ['2027-01-01', '2026-12-31', 'in', 5_000, false, undefined, 'Deposito en caja'],
      ['2026-12-31', '2026-12-31', 'out', 23_450, true, 'Luis Mora', 'A-0999 A-0999 anulado'],
    ]);
    expect(entries[0]).toMatchObject({ currency: 'COP', account: '00123456789' });
    expect(entries[1]?.id).not.toBe(entries[2]?.id);
  });

  test('line ends of SWIFT change nothing', () => {
    expect(read(example(NAME).toString('utf8').replaceAll('\n', '\r\n'))).toEqual(readBankFile(example(NAME)));
  });

  test.each([
    ['a closing balance that is off by a cent', ':62F:C261231COP2100,00', ':62F:C261231COP2100,01', 14, '62F'],
    ['a closing balance in another currency', ':62F:C261231COP', ':62F:C261231USD', 14, '62F'],
    ['an amount with a point', 'C1234,50', 'C1234.50', 6, '61'],
    ['an unknown side', 'RC234,50', 'X234,50', 12, '61'],
    ['a day that is none', '2612311231C1234', '2613311231C1234', 6, '61'],
    ['three decimals', 'C1234,50', 'C1234,505', 6, '61'],
    ['an unknown tag', ':28C:', ':77B:', 4, '77B'],
    ['no opening balance', ':60F:C261230COP1000,00\n', '', 5, '61'],
    ['no account', ':25:00123456789\n', '', 2, '25'],
  ])('%s is told at its line', (_, from, to, line, column) => {
    expect(readBankFile(edited(NAME, from, to)).errors[0]).toMatchObject({ line, column });
  });

  test('two statements in one file are checked each for itself', () => {
    const text = example(NAME).toString('utf8');
    expect(read(text + text).errors).toEqual([]);
    expect(lines(read(text + text.replace('COP2100,00', 'COP2100,01')))).toEqual([29]);
  });
});

describe('what is no bank file', () => {
  test.each([['', 'empty'], ['\n\n', 'empty'], ['hola', 'no header'], ['PK\u0003\u0004\u0000\u0000', 'no text']])('%j is told', (text, why) => {
    expect(read(text)).toEqual({ entries: [], errors: [{ line: 1, reason: expect.stringContaining(why) }] });
  });

  test('a file larger than any statement is not read', () => {
    expect(readBankFile(Buffer.alloc(21 * 1024 * 1024, 0x20)).errors).toMatchObject([{ reason: expect.stringContaining('larger') }]);
  });

  test('no bytes make it throw, whatever it is told they are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('csv', 'camt053', 'mt940'), (bytes, format) => {
      expect(readBankFile(Buffer.from(bytes), { format, currency: 'CLP' }).errors.every(({ line }) => line >= 1)).toBe(true);
    }));
  });
});
