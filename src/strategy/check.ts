/** What a valid strategy says that cannot work: rungs that are never reached, hours nobody may be contacted at. */
import type { Step, Strategy } from './strategy.ts';

export interface StrategyProblem {
  /** Key of the step; null when it concerns the whole strategy. */
  readonly step: string | null;
  readonly message: string;
}

/** What people there owe in. */
export const CURRENCY_OF: Readonly<Record<string, string>> = { CL: 'CLP', CO: 'COP', MX: 'MXN', PE: 'PEN', EC: 'USD', AR: 'ARS', BR: 'BRL', ES: 'EUR', US: 'USD', GB: 'GBP' };
/** No country in use allows a contact before or after; a narrower window only delays. */
const EARLIEST = 7 * 60;
const LATEST = 22 * 60;
/** Chile wants two clear days between written contacts: the later one would always slip. */
const DAYS_BETWEEN: Readonly<Record<string, number>> = { CL: 3 };

/** Problems of a strategy in all its countries, or in the one given; empty when there are none. */
export function checkStrategy(strategy: Strategy, country?: string): StrategyProblem[] {
  if (country !== undefined && !strategy.country.includes(country)) {
    return [{ step: null, message: `is not for ${country}: country lists ${strategy.country.join(', ')}` }];
  }
  const countries = country === undefined ? strategy.country : [country];
  return [...strategy.steps.flatMap((step) => stepProblems(strategy, step, countries)), ...countries.flatMap((one) => crowdedSteps(strategy, one))];
}

function stepProblems(strategy: Strategy, step: Step, countries: readonly string[]): StrategyProblem[] {
  const found: StrategyProblem[] = [];
  const say = (holds: boolean, message: string): void => {
    if (holds) found.push({ step: step.key, message });
  };
  const hour = step.atMinute;
  say(step.do === 'contact' && hour !== null && (hour < EARLIEST || hour >= LATEST), 'its hour is outside the hours of contact of every country: it would always be deferred');
  say(step.days < 0 && (step.expiresDays === null || step.days + step.expiresDays > 0), 'it is a reminder before a date and may still be sent after it: lower expiresDays');
  if (step.do !== 'preLegal') return found;
  const before = strategy.steps.filter((one) => one.anchor === step.anchor && one.days < step.days);
  const notices = before.filter((one) => one.do === 'contact' && one.purpose === 'collection').length;
  say((step.requires.noticesDelivered ?? 0) > notices, `it requires ${step.requires.noticesDelivered ?? 0} notices, and only ${notices} steps before it send one`);
  say((step.requires.callAttempts ?? 0) > 0 && !before.some((one) => one.do === 'callback'), 'it requires a call, and no step before it books one');
  say(step.days <= strategy.graceDays, 'it comes within the days of grace: nothing is overdue yet');
  for (const one of countries) {
    const currency = CURRENCY_OF[one];
    say(Object.keys(step.minOverdue).length > 0 && currency !== undefined && step.minOverdue[currency] === undefined, `minOverdue has no amount in ${currency ?? one}`);
  }
  return found;
}

function crowdedSteps(strategy: Strategy, country: string): StrategyProblem[] {
  const least = DAYS_BETWEEN[country];
  if (least === undefined) return [];
  const written = strategy.steps.filter((step) => step.do === 'contact' && step.anchor === 'due' && step.purpose !== 'transactional').sort((a, b) => a.days - b.days);
  return written.flatMap((step, index) => {
    const previous = written[index - 1];
    if (!previous || step.days - previous.days >= least) return [];
    return [{ step: step.key, message: `it comes ${step.days - previous.days} days after ${previous.key}; ${country} wants at least ${least} between written contacts` }];
  });
}
