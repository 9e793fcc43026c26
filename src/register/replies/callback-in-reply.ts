/** "Call me", perhaps with a day and an hour: the first free slot that fits and is lawful, or a person sees to it. */
import { openCallbacksOf } from '../../db/callbacks.ts';
import { DAY, endOfLocalDay, HOUR, instantOf, MINUTE, startOfLocalDay } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { callLawOf } from '../call-law.ts';
import { bookCallbackUnder } from '../callback-booking.ts';
import { readFreeSlots, slotIdOf, type Slot } from '../slots.ts';
import type { Done } from './done.ts';
import { requestOf, type Heard } from './heard.ts';

/** The agent has to see it coming. */
const LEAD = 15 * MINUTE;
/** How far ahead a call without a wished day is looked for. */
const HORIZON = 5 * DAY;
/** Slots tried: each costs an evaluation of the law. */
const MOST = 60;

const WANTED: Done = { did: 'callWanted', inbox: 'callback', answer: 'callWanted' };

export async function bookWishedCall(heard: Heard): Promise<Done> {
  const [row] = heard.spoken;
  if (row === undefined) return WANTED;
  const { lock, ctx } = heard;
  for (const agreement of heard.open) {
    if ((await openCallbacksOf(lock.trx, agreement.id)).length === 0) continue;
    // One call is about all of them; another hour than the booked one is a person's matter.
    return heard.date === undefined ? { did: 'callStands', inbox: null, answer: null } : { did: 'callStands', inbox: 'callback', answer: 'callWanted' };
  }
  const { from, until } = wishedStretch(heard, row.zone);
  const law = await callLawOf(lock, row);
  const lawful = (slot: Slot): boolean => {
    const decision = law(slot.from);
    return decision.decision === 'allow' && (decision.windowEnd ?? Infinity) >= slot.until;
  };
  const slots = from >= until ? [] : (await readFreeSlots(lock.trx, row.creditor_id, from, until)).slice(0, MOST);
  for (const slot of slots.filter(lawful)) {
    try {
      await bookCallbackUnder(lock, ctx, row.id, { slotId: slotIdOf(slot) }, requestOf(heard, 'callbackBooked'));
      return { did: 'callBooked', inbox: null, answer: 'callBooked' };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'ERR_SLOT') throw error;
    }
  }
  return WANTED;
}

/** Where a slot may lie, epoch ms: within the wished hour of the wished day, on that day, or soon. */
function wishedStretch({ date, time, lock: { now } }: Heard, zone: string): { from: number; until: number } {
  const soonest = now + LEAD;
  if (date === undefined) return { from: soonest, until: soonest + HORIZON };
  if (time === undefined) return { from: Math.max(soonest, startOfLocalDay(zone, date)), until: endOfLocalDay(zone, date) };
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const wished = instantOf(zone, date, hours * 60 + minutes);
  return { from: Math.max(soonest, wished), until: wished + 2 * HOUR };
}
