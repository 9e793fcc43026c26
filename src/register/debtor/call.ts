/** A call booked, moved or called off on the page: only into slots that are free and lawful for this person. */
import { openCallbacksOf, type CallbackRow } from '../../db/callbacks.ts';
import type { AgreementRow } from '../../db/database.ts';
import type { Db, Trx } from '../../db/pool.ts';
import { DAY, localDate } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { bookCallbackUnder, LEAD, lawfulSlots } from '../callback-booking.ts';
import { callOff } from '../callback-cancel.ts';
import { callLawSeen } from '../call-law.ts';
import { eventOf } from '../../db/agreement-events.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';
import { readFreeSlots } from '../slots.ts';

const HORIZON = 10 * DAY;
/** Enough to choose from, few enough to read on a phone. */
const PER_DAY = 4;
const MOST = 16;

export interface Stretch {
  /** Epoch ms. */
  readonly from: number;
  readonly until: number;
}

/** Free lawful slots from now on, at most four a day and spread over it; empty when nobody may or can call. */
export async function slotsToOffer(db: Db | Trx, row: AgreementRow, now: number): Promise<Stretch[]> {
  const days = Map.groupBy(await lawfulStretches(db, row, now), ({ from }) => localDate(row.zone, from));
  return [...days.values()].flatMap(spread).slice(0, MOST);
}

/** Which agent it would be is no business of the page: of one instant one slot stands. */
async function lawfulStretches(db: Db | Trx, row: AgreementRow, now: number): Promise<Stretch[]> {
  const law = await callLawSeen(db, row, now);
  const from = now + LEAD;
  if (law(from).decision === 'refuse') return [];
  const free = await readFreeSlots(db, row.creditor_id, from, now + HORIZON);
  const distinct = free.filter((slot, index) => slot.from !== free[index - 1]?.from || slot.until !== free[index - 1]?.until);
  return [...lawfulSlots(distinct, law)].map((slot) => ({ from: slot.from, until: slot.until }));
}

function spread(day: readonly Stretch[]): Stretch[] {
  if (day.length <= PER_DAY) return [...day];
  return Array.from({ length: PER_DAY }, (_, n) => day[Math.round((n * (day.length - 1)) / (PER_DAY - 1))]).filter((one) => one !== undefined);
}

/** The open call about any of these agreements, the next first. */
export async function openCallOf(db: Db | Trx, agreementIds: readonly string[]): Promise<CallbackRow | null> {
  const open = (await Promise.all(agreementIds.map((id) => openCallbacksOf(db, id)))).flat();
  return open.toSorted((one, other) => one.from_at - other.from_at)[0] ?? null;
}

/** Books a slot, in place of the open call if there is one; both or neither. ERR_SLOT when the slot is not (any more) on offer. */
export async function bookOnPage(ctx: RegisterContext, agreementId: string, given: Stretch & { readonly once: string }): Promise<void> {
  const factId = `callbackBooked/page-${given.once}`;
  await underAgreementLock(ctx, agreementId, async (lock, row) => {
    if ((await eventOf(lock.trx, row.id, factId)) !== undefined) return;
    for (const open of await openCallbacksOf(lock.trx, row.id)) await callOff(lock, ctx, open, 'calledOff');
    await requireOffered(lock, row, given);
    await bookCallbackUnder(lock, ctx, row.id, { from: given.from, until: given.until }, { tell: 'workflow', factId });
  });
}

/** A form may hold any hour; of the shifts only whole slots are for booking, and not the next minute's. */
async function requireOffered(lock: PersonLock, row: AgreementRow, { from, until }: Stretch): Promise<void> {
  const offered = await lawfulStretches(lock.trx, row, lock.now);
  if (!offered.some((one) => one.from === from && one.until === until)) throw new AppError('ERR_SLOT', 'The slot is not on offer.');
}

/** Calls off the open call of an agreement; without one nothing changes. */
export async function callOffOnPage(ctx: RegisterContext, agreementId: string): Promise<void> {
  await underAgreementLock(ctx, agreementId, async (lock, row) => {
    for (const open of await openCallbacksOf(lock.trx, row.id)) await callOff(lock, ctx, open, 'calledOff');
  });
}
