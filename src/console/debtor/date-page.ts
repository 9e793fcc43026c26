/** `/d/{token}/date`: which day suits; the limits stand beside the field. */
import { addDays, isLocalDate, weekday } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { promiseChoice, promiseOnPage, type PromiseChoice } from '../../register/debtor/promise.ts';
import { loadState } from '../../register/rebuild.ts';
import type { View } from '../page.ts';
import { addressOf, dateOf, doneView, frame, moneyOf, NOTHING_FILLED, statusOf, type Acted, type Filled, type OpenVisit, type Section, type Wrong } from './visit.ts';

/** Days from today that are offered as they are; any other is typed. */
const SUGGESTED = [3, 7, 14] as const;
const SUNDAY = 7;

export const datePage: Section = {
  show: async (visit) => doneShown(visit) ?? formView(visit, NOTHING_FILLED, {}),
  again: formView,
  act,
};

function doneShown(visit: OpenVisit): View | null {
  const { say, agreement: { promise } } = visit;
  if (visit.asked.done !== 'promised' || promise === null) return null;
  return doneView(visit, {
    title: say.dateDone, text: `${say.dateDoneText(moneyOf(visit, promise.amountMinor), dateOf(visit, promise.dueOn))} ${say.dateThen}`,
    links: [{ href: addressOf(visit, 'date'), name: say.dateChange }],
  });
}

async function act(visit: OpenVisit, filled: Filled): Promise<Acted> {
  const { say, agreement, ctx } = visit;
  const choice = await choiceOf(visit);
  if (choice === null || choice.left === 0) return formView(visit, filled, {});
  const dueOn = dateIn(filled);
  const [from, until] = [dateOf(visit, choice.firstOn), dateOf(visit, choice.lastOn)];
  if (dueOn === '') return formView(visit, filled, { date: say.dateMissing(from, until) });
  if (!isLocalDate(dueOn) || dueOn < choice.firstOn || dueOn > choice.lastOn) return formView(visit, filled, { date: say.dateOutside(from, until) });
  try {
    await promiseOnPage(ctx, agreement.id, { what: filled.text('what') === 'all' ? 'all' : 'due', dueOn, once: filled.text('once') });
    return { done: 'promised' };
  } catch (error) {
    if (error instanceof AppError && (error.code === 'ERR_STATE' || error.code === 'ERR_PROMISE_LIMIT')) return formView(visit, filled, { page: say.dateNotNow });
    throw error;
  }
}

/** A day that was typed counts also when nothing is ticked beside it. */
function dateIn(filled: Filled): string {
  const ticked = filled.text('dueOn');
  return ticked === '' || ticked === 'other' ? filled.text('otherOn') : ticked;
}

async function choiceOf({ ctx, agreement }: OpenVisit): Promise<PromiseChoice | null> {
  return promiseChoice(ctx, await loadState(ctx.db, agreement.id));
}

async function formView(visit: OpenVisit, filled: Filled, wrong: Wrong): Promise<View> {
  const { say } = visit;
  const choice = await choiceOf(visit);
  const open = choice !== null && choice.left > 0;
  return {
    status: statusOf(wrong), template: 'debtor-date.eta',
    data: {
      ...frame(visit, say.dateTitle, wrong), open, why: choice === null ? say.dateNone : choice.left === 0 ? say.dateFull : null, callHref: addressOf(visit, 'call'),
      ...(choice === null || !open ? {} : fieldsOf(visit, choice, filled)),
    },
  };
}

function fieldsOf(visit: OpenVisit, choice: PromiseChoice, filled: Filled): object {
  const { say, locale } = visit;
  const [due, all] = [moneyOf(visit, choice.amounts.dueMinor), moneyOf(visit, choice.amounts.allMinor)];
  return {
    days: daysOf(choice).map((day) => ({ value: day, name: dateOf(visit, day), checked: filled.text('dueOn') === day })), other: filled.text('dueOn') === 'other',
    otherOn: isLocalDate(filled.text('otherOn')) ? filled.text('otherOn') : '', firstOn: choice.firstOn, lastOn: choice.lastOn, locale,
    hint: say.dateHint(dateOf(visit, choice.firstOn), dateOf(visit, choice.lastOn)), until: say.dateUntil(dateOf(visit, choice.lastOn)), left: say.dateLeft(choice.left),
    amount: due, amounts: choice.amounts.allMinor === choice.amounts.dueMinor ? null : [
      { value: 'due', name: due, note: say.amountDue, checked: filled.text('what') !== 'all' }, { value: 'all', name: all, note: say.amountAll, checked: filled.text('what') === 'all' },
    ],
  };
}

/** A Sunday gives way to the Monday after it. */
function daysOf({ firstOn, lastOn }: PromiseChoice): string[] {
  const days = SUGGESTED.map((ahead) => addDays(firstOn, ahead)).map((day) => (weekday(day) === SUNDAY ? addDays(day, 1) : day));
  return [...new Set(days)].filter((day) => day <= lastOn);
}
