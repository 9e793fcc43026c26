/** `/d/{token}/call`: a call is booked, moved or called off. */
import type { CallbackRow } from '../../db/callbacks.ts';
import { agreementById } from '../../db/agreements.ts';
import { localDate } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { bookOnPage, callOffOnPage, openCallOf, slotsToOffer, type Stretch } from '../../register/debtor/call.ts';
import type { DebtorAgreement } from '../../register/debtor-page.ts';
import { formatDateAt, formatHour } from '../../text/date.ts';
import type { View } from '../page.ts';
import { addressOf, dateOf, doneView, frame, NOTHING_FILLED, statusOf, type Acted, type Filled, type OpenVisit, type Section, type Wrong } from './visit.ts';

export const callPage: Section = {
  show: async (visit) => (await doneShown(visit)) ?? formView(visit, NOTHING_FILLED, {}),
  again: formView,
  act,
};

/** One call for everything that is owed here: that about another agreement is shown and moved just the same. */
async function bookedIn({ ctx, plan }: OpenVisit): Promise<CallbackRow | null> {
  return openCallOf(ctx.db, plan.agreements.map(({ id }) => id));
}

/** Whom the call would be about: what is open before what is over. */
function subjectOf({ plan, agreement }: OpenVisit): DebtorAgreement | null {
  return [agreement, ...plan.agreements].find((one) => !one.settled && !one.closed) ?? null;
}

async function doneShown(visit: OpenVisit): Promise<View | null> {
  const { say, asked, agreement } = visit;
  const booked = await bookedIn(visit);
  if (asked.done === 'booked' && booked !== null) {
    return doneView(visit, { title: say.callDone, text: say.callDoneText(whenOf(visit, agreement.zone, booked.from_at)), links: [{ href: addressOf(visit, 'call'), name: say.callMoveTitle }] });
  }
  if (asked.done === 'off' && booked === null) return doneView(visit, { title: say.callOff, text: say.callOffText, links: [{ href: addressOf(visit, 'call'), name: say.callLink }] });
  return null;
}

function whenOf({ say, locale }: OpenVisit, zone: string, at: number): string {
  return say.callAt(formatDateAt(at, zone, locale), formatHour(at, zone, locale));
}

async function act(visit: OpenVisit, filled: Filled): Promise<Acted> {
  const { ctx, say } = visit;
  const booked = await bookedIn(visit);
  if (filled.text('do') === 'off') {
    if (booked !== null) await callOffOnPage(ctx, booked.agreement_id);
    return { done: 'off' };
  }
  const about = booked?.agreement_id ?? subjectOf(visit)?.id;
  const slot = slotIn(filled.text('slot'));
  if (about === undefined) return formView(visit, filled, {});
  if (slot === null) return formView(visit, filled, { slot: say.callMissing });
  try {
    await bookOnPage(ctx, about, { ...slot, once: filled.text('once') });
    return { done: 'booked' };
  } catch (error) {
    if (error instanceof AppError && error.code === 'ERR_SLOT') return formView(visit, NOTHING_FILLED, { slot: say.callTaken });
    if (error instanceof AppError && error.code === 'ERR_STATE') return formView(visit, NOTHING_FILLED, { page: say.callNotNow });
    throw error;
  }
}

/** `from.until`, epoch ms; null for anything else. */
function slotIn(text: string): Stretch | null {
  const [, from, until] = /^(\d{13})\.(\d{13})$/.exec(text) ?? [];
  return from === undefined || until === undefined ? null : { from: Number(from), until: Number(until) };
}

async function formView(visit: OpenVisit, filled: Filled, wrong: Wrong): Promise<View> {
  const { ctx, say, writer, agreement, locale } = visit;
  const booked = await bookedIn(visit);
  const about = booked?.agreement_id ?? subjectOf(visit)?.id;
  const row = about === undefined ? undefined : await agreementById(ctx.db, about);
  const slots = row === undefined ? [] : await slotsToOffer(ctx.db, row, await ctx.clock.now());
  const zone = row?.zone ?? agreement.zone;
  const days = [...Map.groupBy(slots, ({ from }) => localDate(zone, from))].map(([date, list]) => ({
    name: dateOf(visit, date),
    slots: list.map(({ from, until }) => ({ value: `${from}.${until}`, name: formatHour(from, zone, locale), checked: filled.text('slot') === `${from}.${until}` })),
  }));
  return {
    status: statusOf(wrong), template: 'debtor-call.eta',
    data: { ...frame(visit, say.callTitle, wrong), days, text: say.callText(writer.firm), booked: booked === null ? null : whenOf(visit, zone, booked.from_at) },
  };
}
