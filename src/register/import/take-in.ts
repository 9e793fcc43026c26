/** The second phase of an import: each item of the file (an agreement, a payment, a contact) is taken in, or rejected with all its rows. */
import { creditorById } from '../../db/creditors.ts';
import type { ImportKind, ImportOutcome } from '../../db/database.ts';
import { closeImport, insertErrors, openAgreements, rowsOfAgreements, settle, takenBefore, type ImportedLine, type RowError } from '../../db/imports.ts';
import type { Trx } from '../../db/pool.ts';
import { inTransaction, rehearse, sqlState } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import type { RegisterContext } from '../person-lock.ts';
import { readAgreementItem } from './agreement-item.ts';
import { readContactItem } from './contact-item.ts';
import { readDebtItem } from './debt-item.ts';
import type { ImportWork, ItemReader, ReadableItem } from './item.ts';
import { readPaymentItem } from './payment-item.ts';
import { requireImport } from './rows.ts';

/** Items fetched at once with their rows, and worked on side by side: four keep two cores and the database busy, more only wait for each other. */
const AT_ONCE = 40;
const LANES = 4;
/** Items taken in by one activity. */
const A_PART = 1_000;
/** A plan has at most 600 instalments; one more row is enough to be refused. */
const MOST_ROWS = 601;
const TRIES = 5;
/** Somebody else made the same person or agreement at the same moment (and what follows in a transaction that met this). */
const RACES = new Set(['23505', '25P02', '40001', '40P01']);

export interface TakeInOptions {
  readonly beat: (item: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly part?: number;
}

const READERS: Readonly<Record<ImportKind, ItemReader>> = { agreements: readAgreementItem, debts: readDebtItem, payments: readPaymentItem, contacts: readContactItem };

/** Takes in the next items of the file; true when none is left and the import has ended. */
export async function takeInAgreements(ctx: RegisterContext, importId: string, { beat, signal, part = A_PART }: TakeInOptions): Promise<boolean> {
  const file = await requireImport(ctx.db, importId);
  if (file.state === 'done') return true;
  const creditor = await creditorById(ctx.db, file.creditor_id);
  if (file.state !== 'takingIn' || creditor === undefined) throw new AppError('ERR_INTERNAL', 'The import has not been read.');
  const work: ImportWork = { ctx, file, creditor, actor: { id: file.imported_by, role: 'system', creditorId: file.creditor_id } };
  for (let taken = 0; taken < part; ) {
    const next = await openAgreements(ctx.db, importId, Math.min(AT_ONCE, part - taken));
    if (next.length === 0) {
      await inTransaction(ctx.db, async (trx) => closeImport(trx, importId, await ctx.clock.now(trx)));
      return true;
    }
    // What a source says holds anew each time: a number may come back that it had taken out.
    const before = file.source_id !== null ? new Set<string>() : await takenBefore(ctx.db, file, next.map(({ agreement }) => agreement));
    const rows = await rowsOfAgreements(ctx.db, importId, next.map(({ agreement }) => agreement), MOST_ROWS);
    await inLanes(next, async (agreement) => {
      if (signal?.aborted === true) return;
      if (before.has(agreement)) await settle(ctx.db, importId, agreement, 'unchanged');
      else await takeIn(work, agreement, rows.get(agreement) ?? []);
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

async function takeIn(work: ImportWork, name: string, lines: readonly ImportedLine[]): Promise<void> {
  const item = READERS[work.file.kind](work, lines);
  if ('errors' in item) return reject(work, name, lines, item.errors);
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await enter(work, name, item);
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return reject(work, name, lines, item.errorsOf(error));
      if (left === 0 || !RACES.has(sqlState(error) ?? '')) throw error;
    }
  }
}

/** The item, and that it was taken in, commit together; a dry run does all of it and undoes it. */
async function enter({ ctx, file }: ImportWork, name: string, item: ReadableItem): Promise<void> {
  const within = async (trx: Trx): Promise<ImportOutcome> => {
    const changed = await item.enter({ ...ctx, db: trx, clock: { kind: ctx.clock.kind, now: () => ctx.clock.now(trx) } });
    return changed ? 'accepted' : 'unchanged';
  };
  if (file.dry_run) {
    await settle(ctx.db, file.id, name, await rehearse(ctx.db, within));
    return;
  }
  await inTransaction(ctx.db, async (trx) => {
    await settle(trx, file.id, name, await within(trx));
  });
}

/** Every row of the agreement is answered for: those without a fault of their own say where the fault is. */
async function reject({ ctx, file }: ImportWork, agreement: string, lines: readonly ImportedLine[], errors: readonly RowError[]): Promise<void> {
  const faulty = new Set([...errors.map(({ line }) => line), ...lines.filter(({ bad }) => bad).map(({ line }) => line)]);
  const [where] = [...faulty].sort((a, b) => a - b);
  const others = lines.filter(({ line }) => !faulty.has(line)).map(({ line }): RowError => ({ line, column: 'agreement', reason: `is rejected with line ${where ?? line}` }));
  await inTransaction(ctx.db, async (trx) => {
    if (await settle(trx, file.id, agreement, 'rejected')) await insertErrors(trx, file.id, [...errors, ...others]);
  });
}
