/** The second phase of an import: each agreement of the file is logged, or rejected with all its rows. */
import { creditorById, type CreditorRow } from '../../db/creditors.ts';
import type { ImportOutcome } from '../../db/database.ts';
import { closeImport, insertErrors, openAgreements, rowsOfAgreement, settle, takenBefore, type ImportFileRow, type ImportedLine, type RowError } from '../../db/imports.ts';
import { paymentByExternalId } from '../../db/payments.ts';
import type { Trx } from '../../db/pool.ts';
import { inTransaction, rehearse, sqlState } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import type { Actor } from '../actor.ts';
import { logAgreement } from '../agreement-log.ts';
import { bookPayment } from '../payment.ts';
import type { RegisterContext } from '../person-lock.ts';
import { readAgreement, type PaidBefore, type Place, type ReadAgreement } from './agreement-rows.ts';
import { paidExternalId } from './paid.ts';
import { requireImport } from './rows.ts';

/** Agreements fetched at once, and worked on side by side: four keep two cores and the database busy, more only wait for each other. */
const AT_ONCE = 100;
const LANES = 4;
/** Agreements taken in by one activity. */
const A_PART = 1_000;
/** A plan has at most 600 instalments; one more row is enough to be refused. */
const MOST_ROWS = 601;
const TRIES = 5;
/** Somebody else made the same person or agreement at the same moment (and what follows in a transaction that met this). */
const RACES = new Set(['23505', '25P02', '40001', '40P01']);

export interface TakeInOptions {
  readonly beat: (agreement: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly part?: number;
}

interface Work {
  readonly ctx: RegisterContext;
  readonly file: ImportFileRow;
  readonly creditor: CreditorRow;
  readonly actor: Actor;
}

/** Takes in the next agreements of the file; true when none is left and the import has ended. */
export async function takeInAgreements(ctx: RegisterContext, importId: string, { beat, signal, part = A_PART }: TakeInOptions): Promise<boolean> {
  const file = await requireImport(ctx.db, importId);
  if (file.state === 'done') return true;
  const creditor = await creditorById(ctx.db, file.creditor_id);
  if (file.state !== 'takingIn' || creditor === undefined) throw new AppError('ERR_INTERNAL', 'The import has not been read.');
  const work: Work = { ctx, file, creditor, actor: { id: file.imported_by, role: 'system', creditorId: file.creditor_id } };
  for (let taken = 0; taken < part; ) {
    const next = await openAgreements(ctx.db, importId, Math.min(AT_ONCE, part - taken));
    if (next.length === 0) {
      await inTransaction(ctx.db, async (trx) => closeImport(trx, importId, await ctx.clock.now(trx)));
      return true;
    }
    const before = await takenBefore(ctx.db, file, next.map(({ agreement }) => agreement));
    await inLanes(next, async (agreement) => {
      if (signal?.aborted === true) return;
      if (before.has(agreement)) await settle(ctx.db, importId, agreement, 'unchanged');
      else await takeIn(work, agreement);
      beat(agreement);
    });
    if (signal?.aborted === true) return false;
    taken += next.length;
  }
  return false;
}

/** The agreements of a person one after the other in the order of the file: the last row about them holds, and no lane waits for another's lock. */
async function inLanes(next: readonly { agreement: string; person: string }[], work: (agreement: string) => Promise<void>): Promise<void> {
  const queues = [...Map.groupBy(next, ({ person }) => person).values()];
  const lane = async (): Promise<void> => {
    for (let queue = queues.shift(); queue !== undefined; queue = queues.shift()) for (const { agreement } of queue) await work(agreement);
  };
  const ended = await Promise.allSettled(Array.from({ length: LANES }, lane));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function takeIn(work: Work, agreement: string): Promise<void> {
  const { ctx, file, creditor } = work;
  const lines = await rowsOfAgreement(ctx.db, file.id, agreement, MOST_ROWS);
  const read = readAgreement(file, creditor.country, lines);
  if ('errors' in read) return reject(work, agreement, lines, read.errors);
  const at = { place: read.placeOf(['externalId']) };
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await enter(work, agreement, read, at);
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return reject(work, agreement, lines, errorsOf(error, read, at.place));
      if (left === 0 || !RACES.has(sqlState(error) ?? '')) throw error;
    }
  }
}

/** The agreement, what was paid on it, and that it was taken in commit together; a dry run does all of it and undoes it. */
async function enter({ ctx, file, actor }: Work, agreement: string, read: ReadAgreement, at: { place: Place }): Promise<void> {
  const log = async (trx: Trx): Promise<ImportOutcome> => {
    const within: RegisterContext = { ...ctx, db: trx, clock: { kind: ctx.clock.kind, now: () => ctx.clock.now(trx) } };
    at.place = read.placeOf(['externalId']);
    const { agreementId, created } = await logAgreement(within, actor, read.body, read.evidence);
    let changed = created;
    for (const one of read.paid) {
      at.place = { line: one.line, column: 'paid' };
      changed = (await bookPaid(within, file, actor, agreementId, read, one)) || changed;
    }
    return changed ? 'accepted' : 'unchanged';
  };
  if (file.dry_run) {
    await settle(ctx.db, file.id, agreement, await rehearse(ctx.db, log));
    return;
  }
  await inTransaction(ctx.db, async (trx) => {
    await settle(trx, file.id, agreement, await log(trx));
  });
}

/** The money is not in our hands: whoever collected before us did. The day is not told, so it is that of the first import. */
async function bookPaid(within: RegisterContext, file: ImportFileRow, actor: Actor, agreementId: string, { body }: ReadAgreement, paid: PaidBefore): Promise<boolean> {
  const externalId = paidExternalId(body.externalId, paid.instalment);
  const known = await paymentByExternalId(within.db, body.creditorId, externalId);
  const { created } = await bookPayment(within, actor, agreementId, {
    externalId, amountMinor: paid.amountMinor, currency: body.currency, paidAt: known?.paid_at ?? file.created_at,
    method: 'other', instalment: paid.instalment, collectedBy: 'creditor',
  });
  return created;
}

function errorsOf(error: AppError, read: ReadAgreement, place: Place): RowError[] {
  if (error.errors.length === 0 || place.column === 'paid') return [{ ...place, reason: error.message }];
  return error.errors.map(({ path, message }) => ({ ...read.placeOf(path.split('.')), reason: message }));
}

/** Every row of the agreement is answered for: those without a fault of their own say where the fault is. */
async function reject({ ctx, file }: Work, agreement: string, lines: readonly ImportedLine[], errors: readonly RowError[]): Promise<void> {
  const faulty = new Set([...errors.map(({ line }) => line), ...lines.filter(({ bad }) => bad).map(({ line }) => line)]);
  const [where] = [...faulty].sort((a, b) => a - b);
  const others = lines.filter(({ line }) => !faulty.has(line)).map(({ line }): RowError => ({ line, column: 'agreement', reason: `is rejected with line ${where ?? line}` }));
  await inTransaction(ctx.db, async (trx) => {
    if (await settle(trx, file.id, agreement, 'rejected')) await insertErrors(trx, file.id, [...errors, ...others]);
  });
}
