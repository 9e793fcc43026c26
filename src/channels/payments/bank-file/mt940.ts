/**
 * MT940, read strictly. The package mt940js 1.3.5 lost: it counts in floating point, throws at the first tag it does not
 * know, and names no line.
 */
import { dayNumberOf, isLocalDate } from '../../../domain/zone.ts';
import { minorOfDecimal } from '../decimal.ts';
import { balanceError, tidy, type BankFileError, type Movement, type ReadMovements } from './entry.ts';
import { readDetails } from './mt940-details.ts';

interface Tag {
  readonly line: number;
  /** Such as `61` or `60F`. */
  readonly name: string;
  readonly lines: readonly string[];
}

/** Read besides those that mean something here; any other is an error. */
const PASSED_OVER: ReadonlySet<string> = new Set(['13', '13D', '21', '28', '28C', '64', '65', '90C', '90D', 'NS']);

export function readMt940(text: string): ReadMovements {
  const errors: BankFileError[] = [];
  const tags = tagsOf(text, errors);
  const starts = tags.flatMap(({ name }, index) => (name === '20' ? [index] : []));
  if (starts.length === 0) return { movements: [], errors: [...errors, { line: 1, reason: 'no statement is found: tag 20 starts one' }] };
  for (const { line, name } of tags.slice(0, starts[0])) errors.push({ line, column: name, reason: 'stands before the first statement (tag 20)' });
  const statements = starts.map((start, index) => readStatement(tags.slice(start, starts[index + 1])));
  return { movements: statements.flatMap(({ movements }) => movements), errors: [...errors, ...statements.flatMap((statement) => statement.errors)] };
}

/** Tags with the lines that belong to them; SWIFT's blocks around a statement say nothing about money. */
function tagsOf(text: string, errors: BankFileError[]): Tag[] {
  const tags: { line: number; name: string; lines: string[] }[] = [];
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.replace(/^\{1:.*\{4:/, '').trimEnd();
    if (line === '' || /^(?:-(?:\}.*)?|\{[1-5]:.*)$/.test(line)) continue;
    const match = /^:(\d{2}[A-Z]?|NS):(.*)$/.exec(line);
    const last = tags.at(-1);
    if (match !== null) tags.push({ line: index + 1, name: match[1] ?? '', lines: [match[2] ?? ''] });
    else if (last !== undefined) last.lines.push(line);
    else errors.push({ line: index + 1, reason: 'belongs to no tag' });
  }
  return tags;
}

interface Balance {
  readonly line: number;
  readonly name: string;
  readonly minor: number;
  readonly currency: string;
}

interface Statement {
  readonly movements: Movement[];
  readonly errors: BankFileError[];
  account: string;
  opening: Balance | null;
  closing: Balance | null;
}

function readStatement(tags: readonly Tag[]): ReadMovements {
  const statement: Statement = { movements: [], errors: [], account: '', opening: null, closing: null };
  for (const [index, tag] of tags.entries()) readTag(statement, tag, tags[index + 1]);
  const { movements, errors, opening, closing } = statement;
  const line = tags[0]?.line ?? 1;
  if (statement.account === '') errors.push({ line, column: '25', reason: 'is missing: whose account it is' });
  for (const [name, balance] of [['60F', opening], ['62F', closing]] as const) {
    if (balance === null && !errors.some(({ column }) => column?.startsWith(name.slice(0, 2)))) errors.push({ line, column: name, reason: 'is missing: the entries cannot be checked' });
  }
  if (errors.length === 0 && opening !== null && closing !== null) {
    const wrong = opening.currency === closing.currency ? balanceError(closing.line, closing.name, opening.minor, movements, closing.minor) : { line: closing.line, column: closing.name, reason: 'is in another currency than the opening balance' };
    if (wrong !== null) errors.push(wrong);
  }
  return { movements, errors };
}

function readTag(statement: Statement, tag: Tag, next: Tag | undefined): void {
  const note = (reason: string): void => void statement.errors.push({ line: tag.line, column: tag.name, reason });
  if (tag.name === '25') statement.account = tidy(tag.lines.join(''));
  else if (/^6[02][FM]$/.test(tag.name)) {
    const balance = readBalance(tag);
    const key = tag.name.startsWith('60') ? 'opening' : 'closing';
    if (balance === null) note('must be C or D, a date, a currency and an amount with a comma');
    else if (statement[key] === null) statement[key] = balance;
    else note('stands twice in one statement');
  } else if (tag.name === '61') {
    if (statement.opening === null) return note('stands before the opening balance, which has the currency');
    const movement = readLine(tag, next?.name === '86' ? next.lines : [], statement.opening.currency, statement.account);
    if (typeof movement === 'string') note(movement);
    else statement.movements.push(movement);
  } else if (tag.name !== '20' && tag.name !== '86' && !PASSED_OVER.has(tag.name)) note('is no tag of a statement');
}

function readBalance(tag: Tag): Balance | null {
  const match = /^([CD])(\d{6})([A-Z]{3})(\d{1,15},\d{0,8})$/.exec(tag.lines[0] ?? '');
  const [, side, date = '', currency = '', amount = ''] = match ?? [];
  const minor = minorOf(amount, currency);
  if (minor === null || dateOf(date) === null) return null;
  return { line: tag.line, name: tag.name, currency, minor: side === 'C' ? minor : -minor };
}

const ENTRY = /^(\d{6})(\d{4})?(R?[CD])([A-Z])?(\d{1,15},\d{0,8})([A-Z][A-Z0-9]{3})(.*)$/;

/** Value date, booking date without its year, side, amount, kind, `reference//bank's reference`; a movement, or why it is none. */
function readLine(tag: Tag, details: readonly string[], currency: string, account: string): Movement | string {
  const match = ENTRY.exec(tag.lines[0] ?? '');
  if (match === null) return 'must be: value date, booking date, C D RC or RD, amount with a comma, kind, reference';
  const [, value = '', booked = '', side = '', , amount = '', , references = ''] = match;
  const [valueOn, amountMinor] = [dateOf(value), minorOf(amount, currency)];
  const bookedOn = valueOn === null || booked === '' ? valueOn : bookingDate(valueOn, booked);
  if (valueOn === null || bookedOn === null) return 'its dates are not of the calendar';
  if (amountMinor === null || amountMinor === 0) return `its amount does not fit ${currency}`;
  const [own = '', bankReference = ''] = references.split('//');
  const { text, payerName } = readDetails(details);
  const reference = tidy([/^NONREF$/i.test(own) ? '' : own, text, tidy(tag.lines.slice(1).join(' '))].filter((part) => part !== '').join(' '));
  return {
    bookedOn, valueOn, amountMinor, currency, reversal: side.startsWith('R'), reference, account, bankReference: tidy(bankReference),
    // A reversed credit (RC) takes money out, a reversed debit (RD) brings it back.
    direction: side === 'C' || side === 'RD' ? 'in' : 'out', ...(payerName === '' ? {} : { payerName }),
  };
}

function minorOf(amount: string, currency: string): number | null {
  return minorOfDecimal(amount.replace(/,$/, '').replace(',', '.'), currency);
}

/** `YYYY-MM-DD` of `YYMMDD`. */
function dateOf(text: string): string | null {
  const date = `20${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4, 6)}`;
  return isLocalDate(date) ? date : null;
}

/** The date `MMDD` nearest to the value date: at the turn of a year the two lie in different ones. */
function bookingDate(valueOn: string, monthDay: string): string | null {
  const year = Number(valueOn.slice(0, 4));
  const dates = [year - 1, year, year + 1].map((one) => `${one}-${monthDay.slice(0, 2)}-${monthDay.slice(2)}`).filter(isLocalDate);
  const away = (date: string): number => Math.abs(dayNumberOf(date) - dayNumberOf(valueOn));
  return dates.reduce<string | null>((best, date) => (best === null || away(date) < away(best) ? date : best), null);
}
