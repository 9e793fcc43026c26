/** Entries of a bank statement become payments where it is certain whose they are; all else waits in suspense. The same file twice changes nothing. */
import type { BankEntry } from '../../channels/payments/bank-file/entry.ts';
import { agreementsByNationalId, agreementsByWords } from '../../db/bank-matching.ts';
import { creditorById, type CreditorRow } from '../../db/creditors.ts';
import type { AgreementRow } from '../../db/database.ts';
import { orderByReference } from '../../db/payment-orders.ts';
import { paymentByExternalId } from '../../db/payments.ts';
import { insertUnmatched, suspenseBySource } from '../../db/suspense.ts';
import { inTransaction } from '../../db/transaction.ts';
import { viewOf } from '../../domain/view.ts';
import { AppError } from '../../errors.ts';
import { requireVisible, type Actor } from '../actor.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { readNationalId } from '../national-id.ts';
import type { RegisterContext } from '../person-lock.ts';
import { loadState } from '../rebuild.ts';
import { amountsOf } from './link.ts';
import { bookMovement, movementId } from './movement.ts';

export interface BankBooked {
  readonly entries: number;
  readonly booked: number;
  readonly suspense: number;
  /** Known from a file before. */
  readonly unchanged: number;
  /** Money that left the account for other reasons. */
  readonly skipped: number;
}

const SOURCE = 'bank';
/** A word this short on a transfer may be anything: it counts only with the exact amount. */
const SHORT_WORD = 5;

/** Takes the entries of a creditor's account in; ERR_NOT_FOUND for a creditor that this key may not see. */
export async function bookBankEntries(ctx: RegisterContext, actor: Actor, creditorId: string, entries: readonly BankEntry[]): Promise<BankBooked> {
  const creditor = await visibleCreditor(ctx, actor, creditorId);
  const tally = { booked: 0, suspense: 0, unchanged: 0, skipped: 0 };
  for (const entry of entries) tally[await enter(ctx, actor, creditor, entry)] += 1;
  return { entries: entries.length, ...tally };
}

/** The creditor, when this key may see it; ERR_NOT_FOUND else. */
export async function visibleCreditor(ctx: RegisterContext, actor: Actor, creditorId: string): Promise<CreditorRow> {
  requireVisible(actor, creditorId);
  const creditor = await creditorById(ctx.db, creditorId);
  if (creditor === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such creditor.');
  return creditor;
}

async function enter(ctx: RegisterContext, actor: Actor, creditor: CreditorRow, entry: BankEntry): Promise<'booked' | 'suspense' | 'unchanged' | 'skipped'> {
  const takesBack = entry.reversal === true;
  if (entry.direction === 'out' && !takesBack) return 'skipped';
  const id = `${creditor.id}.${entry.id}`;
  const sourceKey = movementId(SOURCE, id);
  if ((await paymentByExternalId(ctx.db, creditor.id, sourceKey)) !== undefined || (await suspenseBySource(ctx.db, sourceKey)) !== undefined) return 'unchanged';
  const found = takesBack ? 'bankReversal' : await ownerOf(ctx, creditor, entry);
  if (typeof found === 'string') return setEntryAside(ctx, creditor, entry, sourceKey, found);
  // Under the lock the currency is looked at again by whoever books; here it is what the match was made by.
  const booked = await underAgreementLock(ctx, found.id, (lock, row) => bookMovement(lock, ctx, row, {
    source: SOURCE, payment: { id, amountMinor: entry.amountMinor, currency: entry.currency, at: bookedAt(entry) }, method: 'transfer', collectedBy: collectedBy(creditor), by: actor.id,
  }));
  return booked?.created === true ? 'booked' : 'unchanged';
}

function bookedAt({ bookedOn }: BankEntry): number {
  // Noon UTC is the same day everywhere in the Americas.
  return Date.parse(`${bookedOn}T12:00:00Z`);
}

function collectedBy({ settings }: CreditorRow): 'agency' | 'creditor' {
  return settings.payments?.collectedBy ?? 'agency';
}

/** The one agreement that it can be for, or why there is none. The first kind of evidence that says anything decides. */
async function ownerOf(ctx: RegisterContext, creditor: CreditorRow, entry: BankEntry): Promise<AgreementRow | string> {
  const words = wordsOf(entry.reference);
  for (const word of words) {
    const order = await orderByReference(ctx.db, word);
    if (order?.creditor_id === creditor.id) return only((await loadAll(ctx, [order.agreement_id])).filter(({ currency }) => currency === entry.currency), 'currency');
  }
  const named = await agreementsByWords(ctx.db, creditor.id, words.map((word) => word.toUpperCase()));
  const certain = await filtered(named, async (row) => isLongName(row, words) || (await fits(ctx, row, entry)));
  if (certain.length > 0) return only(certain.filter(({ currency }) => currency === entry.currency), 'currency');
  const payer = entry.payerNationalId === undefined ? null : readNationalId({ country: creditor.country, value: entry.payerNationalId });
  if (payer === null) return 'noMatch';
  const theirs = await agreementsByNationalId(ctx.db, creditor.id, ctx.identityHash(payer.country, payer.value));
  return only(await filtered(theirs, (row) => fits(ctx, row, entry)), 'noMatch');
}

async function loadAll(ctx: RegisterContext, ids: readonly string[]): Promise<AgreementRow[]> {
  return Promise.all(ids.map(async (id) => (await loadState(ctx.db, id)).row));
}

function only(rows: readonly AgreementRow[], none: string): AgreementRow | string {
  const [row] = rows;
  return row === undefined ? none : rows.length === 1 ? row : 'ambiguous';
}

async function filtered(rows: readonly AgreementRow[], keep: (row: AgreementRow) => Promise<boolean>): Promise<AgreementRow[]> {
  const kept: AgreementRow[] = [];
  for (const row of rows) if (await keep(row)) kept.push(row);
  return kept;
}

/** What the payer wrote, piece by piece, and whole: references hold hyphens and dots, and some hold blanks. */
function wordsOf(reference: string): string[] {
  const pieces = reference.split(/[\s,;:/()]+/).map((piece) => piece.replaceAll(/^[.#]+|[.]+$/g, '')).filter((piece) => piece !== '');
  return [...new Set([reference.trim(), ...pieces])].filter((piece) => piece !== '' && piece.length <= 64).slice(0, 40);
}

function isLongName({ external_id: externalId, debt }: AgreementRow, words: readonly string[]): boolean {
  const said = new Set(words.map((word) => word.toUpperCase()));
  return [externalId, debt?.contractRef ?? ''].some((name) => name.length >= SHORT_WORD && said.has(name.toUpperCase()));
}

/** The amount is exactly what is due, an instalment's rest, or all that is owed. */
async function fits(ctx: RegisterContext, { id, currency }: AgreementRow, entry: BankEntry): Promise<boolean> {
  if (currency !== entry.currency) return false;
  const { state } = await loadState(ctx.db, id);
  const amounts = amountsOf(state, await ctx.clock.now());
  if (amounts === null) return false;
  return amounts.dueMinor === entry.amountMinor || amounts.allMinor === entry.amountMinor
    || viewOf(state).instalments.some((one) => one.unpaid && one.amountMinor - one.paidMinor === entry.amountMinor);
}

async function setEntryAside(ctx: RegisterContext, creditor: CreditorRow, entry: BankEntry, sourceKey: string, reason: string): Promise<'suspense' | 'unchanged'> {
  const at = await ctx.clock.now();
  const told = {
    reference: entry.reference, account: entry.account, ...(entry.payerName === undefined ? {} : { payerName: entry.payerName }),
    ...(entry.payerNationalId === undefined ? {} : { payerNationalId: entry.payerNationalId }),
  };
  // Money that a bank takes back is none that could be booked: somebody has to find the payment that it was.
  const takesBack = reason === 'bankReversal';
  const added = await inTransaction(ctx.db, (trx) => insertUnmatched(trx, {
    id: ctx.newId(), sourceKey, creditorId: creditor.id, agreementId: null, reason, amountMinor: takesBack ? null : entry.amountMinor, currency: entry.currency, paidAt: bookedAt(entry),
    method: 'transfer', collectedBy: collectedBy(creditor), payload: { source: SOURCE, movement: entry.id, ...told, ...(takesBack ? { amountMinor: entry.amountMinor } : {}) }, at,
  }));
  return added ? 'suspense' : 'unchanged';
}
