/** CAMT.053, versions 2 to 13: the parts that later versions moved are looked for in both places. */
import { isLocalDate } from '../../../domain/zone.ts';
import { minorOfDecimal } from '../decimal.ts';
import { balanceError, tidy, type BankFileError, type Movement, type ReadMovements } from './entry.ts';
import { all, parseXml, textAt, type Element } from './xml.ts';

export function readCamt053(text: string): ReadMovements {
  const root = parseXml(text);
  if ('reason' in root) return { movements: [], errors: [root] };
  const statements = root.name === 'Document' ? all(root, 'BkToCstmrStmt', 'Stmt') : [];
  if (statements.length === 0) return { movements: [], errors: [{ line: root.line, reason: 'holds no statement (Document/BkToCstmrStmt/Stmt)' }] };
  const read = statements.map(readStatement);
  return { movements: read.flatMap(({ movements }) => movements), errors: read.flatMap(({ errors }) => errors) };
}

function readStatement(statement: Element): ReadMovements {
  const account = textAt(statement, 'Acct/Id/IBAN', 'Acct/Id/Othr/Id');
  const errors: BankFileError[] = account === '' ? [{ line: statement.line, column: 'Acct', reason: 'is missing: whose account it is' }] : [];
  const movements: Movement[] = [];
  for (const entry of all(statement, 'Ntry')) {
    // Pending and informational entries have not moved anything, and come again once they have.
    if (textAt(entry, 'Sts/Cd', 'Sts') !== 'BOOK') continue;
    const read = readEntry(entry, account);
    if ('reason' in read) errors.push(read);
    else movements.push(...read.movements);
  }
  if (errors.length === 0) errors.push(...balanceErrors(statement, movements));
  return { movements, errors };
}

interface Money {
  readonly minor: number;
  readonly currency: string;
}

/** An amount with the currency that stands on it; null when it is none of that currency. */
function moneyOf(amount: Element | undefined): Money | null {
  const currency = amount?.attributes['Ccy'] ?? '';
  const minor = /^[A-Z]{3}$/.test(currency) ? minorOfDecimal(amount?.text.trim() ?? '', currency) : null;
  return minor === null ? null : { minor, currency };
}

function wrong({ line }: Element, column: string, reason: string): BankFileError {
  return { line, column, reason };
}

/** One movement, or one for each payment in it where the bank books many as one and tells every amount. */
function readEntry(entry: Element, account: string): { movements: Movement[] } | BankFileError {
  const money = moneyOf(all(entry, 'Amt')[0]);
  if (money === null || money.minor === 0) return wrong(entry, 'Amt', 'must be a plain amount above 0 with the decimals of its currency (Ccy)');
  const side = textAt(entry, 'CdtDbtInd');
  if (side !== 'CRDT' && side !== 'DBIT') return wrong(entry, 'CdtDbtInd', 'must be CRDT or DBIT');
  const bookedOn = dateAt(entry, 'BookgDt') ?? dateAt(entry, 'ValDt');
  if (bookedOn === null) return wrong(entry, 'BookgDt', 'must be a date of the calendar');
  const valueOn = dateAt(entry, 'ValDt');
  const whole = {
    bookedOn, ...(valueOn === null ? {} : { valueOn }), currency: money.currency, account,
    direction: side === 'CRDT' ? 'in' : 'out', reversal: /^(?:true|1)$/.test(textAt(entry, 'RvslInd')),
  } as const;
  const bankReference = textAt(entry, 'AcctSvcrRef', 'NtryRef');
  const details = all(entry, 'NtryDtls', 'TxDtls');
  const parts = details.map((one) => moneyOf(all(one, 'Amt')[0] ?? all(one, 'AmtDtls', 'TxAmt', 'Amt')[0]));
  const fits = parts.every((part) => part?.currency === money.currency && part.minor > 0) && parts.reduce((sum, part) => sum + (part?.minor ?? 0), 0) === money.minor;
  if (details.length < 2 || !fits) return { movements: [{ ...whole, amountMinor: money.minor, bankReference, ...saidBy(entry, details) }] };
  return {
    movements: details.map((one, index) => ({
      ...whole, amountMinor: parts[index]?.minor ?? 0, ...saidBy(entry, [one]),
      bankReference: textAt(one, 'Refs/AcctSvcrRef', 'Refs/TxId') || [bankReference, textAt(one, 'Refs/EndToEndId')].join('/'),
    })),
  };
}

/** What was written on it, and by whom: the debtor is the payer also when the movement takes the payment back. */
function saidBy(entry: Element, details: readonly Element[]): Pick<Movement, 'reference' | 'payerName' | 'payerNationalId'> {
  const texts = details.flatMap((one) => [...all(one, 'RmtInf', 'Ustrd'), ...all(one, 'RmtInf', 'Strd', 'CdtrRefInf', 'Ref')]).map(({ text }) => tidy(text));
  const reference = texts.filter((text) => text !== '').join(' ') || tidy(textAt(entry, 'AddtlNtryInf'));
  const [only] = details.length === 1 ? details : [];
  if (only === undefined) return { reference };
  const payerName = tidy(textAt(only, 'RltdPties/Dbtr/Nm', 'RltdPties/Dbtr/Pty/Nm'));
  const payerNationalId = tidy(textAt(only, ...['', 'Pty/'].flatMap((at) => ['PrvtId', 'OrgId'].map((kind) => `RltdPties/Dbtr/${at}Id/${kind}/Othr/Id`))));
  return { reference, ...(payerName === '' ? {} : { payerName }), ...(payerNationalId === '' ? {} : { payerNationalId }) };
}

function dateAt(element: Element, name: string): string | null {
  const date = textAt(element, `${name}/Dt`, `${name}/DtTm`).slice(0, 10);
  return isLocalDate(date) ? date : null;
}

/** Opening and closing balance of the statement; of a statement in parts, those of the part. */
const OPENING = ['OPBD', 'PRCD', 'ITBD'] as const;
const CLOSING = ['CLBD', 'ITBD'] as const;

function balanceErrors(statement: Element, movements: readonly Movement[]): BankFileError[] {
  const balances = all(statement, 'Bal');
  const of = (kinds: readonly string[], last: boolean): Element | undefined => kinds
    .map((kind) => balances.filter((balance) => textAt(balance, 'Tp/CdOrPrtry/Cd') === kind).at(last ? -1 : 0)).find((balance) => balance !== undefined);
  const [opening, closing] = [of(OPENING, false), of(CLOSING, true)];
  if (opening === undefined || closing === undefined || opening === closing) return [wrong(statement, 'Bal', 'opening or closing balance is missing: the entries cannot be checked')];
  const [from, to] = [signedBalance(opening), signedBalance(closing)];
  if (from === null) return [wrong(opening, 'Bal', 'must be an amount with its currency and CRDT or DBIT')];
  if (to === null) return [wrong(closing, 'Bal', 'must be an amount with its currency and CRDT or DBIT')];
  if (from.currency !== to.currency || movements.some(({ currency }) => currency !== to.currency)) return [wrong(closing, 'Bal', 'balances and entries are not of one currency')];
  const off = balanceError(closing.line, 'Bal', from.minor, movements, to.minor);
  return off === null ? [] : [off];
}

function signedBalance(balance: Element): Money | null {
  const money = moneyOf(all(balance, 'Amt')[0]);
  const side = textAt(balance, 'CdtDbtInd');
  if (money === null || (side !== 'CRDT' && side !== 'DBIT')) return null;
  return side === 'CRDT' ? money : { ...money, minor: -money.minor };
}
