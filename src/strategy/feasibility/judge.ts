/** What a sweep means for publishing: what can never happen is refused, what only slips or lapses at times is told. */
import type { PolicySet } from '../../contact-law/policy.ts';
import { addDays } from '../../domain/zone.ts';
import type { Strategy } from '../strategy.ts';
import { COARSE, HOUSEHOLDS, STRIDE, sweep, type Household, type StepFinding, type SweepFinding } from './sweep.ts';

export interface FeasibilityRemark {
  /** null: it concerns the whole strategy. */
  readonly step: string | null;
  readonly country: string;
  readonly household: Household;
  readonly rules: readonly string[];
  readonly message: string;
}

export interface Feasibility {
  /** Any of these: it is not published. */
  readonly refusals: readonly FeasibilityRemark[];
  readonly warnings: readonly FeasibilityRemark[];
}

export const HOUSEHOLD_NAMES: Readonly<Record<Household, string>> = {
  one: 'one agreement', two: 'two agreements', three: 'three agreements', twoCreditors: 'an agreement at each of two creditors',
};

/** Judges a strategy in its countries (or in one), one country and household at a time, so that whoever asks may breathe between. */
export function* judgeParts(policies: PolicySet, strategy: Strategy, from: string, countries: readonly string[] = strategy.country): Generator<Feasibility> {
  for (const country of countries) {
    for (const household of HOUSEHOLDS) {
      const request = { policies, strategy, country, from };
      const coarse = sweep({ ...request, stride: COARSE }, household);
      // A suspicion of a few dates is looked into on every one before it is a refusal.
      const suspect = coarse.steps.some(neverDone);
      yield judge(suspect ? sweep({ ...request, stride: STRIDE, thorough: true }, household) : coarse);
    }
  }
}

/** All parts of a judgement together. */
export function together(parts: Iterable<Feasibility>): Feasibility {
  const all = [...parts];
  return { refusals: all.flatMap(({ refusals }) => refusals), warnings: all.flatMap(({ warnings }) => warnings) };
}

/** What one finding means. */
export function judge(finding: SweepFinding): Feasibility {
  const { country, household, preLegal } = finding;
  const about = (step: string | null, rules: readonly string[], message: string): FeasibilityRemark => ({ step, country, household, rules, message: `${message} (${country}, ${HOUSEHOLD_NAMES[household]})` });
  const never = finding.steps.filter(neverDone).map((step) => about(step.step, step.rules, `can never happen${by(step.rules)}`));
  const unread = preLegal.withoutNotice > 0 ? [about(null, [], `${preLegal.withoutNotice} of ${preLegal.opened} cases would be opened without a delivered notice`)] : [];
  const uncalled = preLegal.withoutCall > 0 ? [about(null, [], `${preLegal.withoutCall} of ${preLegal.opened} cases would be opened without a call attempt`)] : [];
  const missed = finding.duties.filter((one) => one.missed > 0).map((one) => about(null, [one.rule], `the duty ${one.rule} would be missed ${one.missed} times of ${one.wanted}`));
  const late = finding.steps.filter((step) => !neverDone(step) && (step.mostSlipped > 0 || step.done < step.wanted)).map((step) => about(step.step, step.rules, `${slips(step)}${by(step.rules)}`));
  return { refusals: [...never, ...unread], warnings: [...uncalled, ...missed, ...late] };
}

function neverDone({ wanted, done }: StepFinding): boolean {
  return wanted > 0 && done === 0;
}

function slips({ wanted, done, mostSlipped }: StepFinding): string {
  const parts = [...(mostSlipped > 0 ? [`comes up to ${mostSlipped} days later`] : []), ...(done < wanted ? [`does not happen ${wanted - done} times of ${wanted}`] : [])];
  return parts.join(' and ');
}

function by(rules: readonly string[]): string {
  return rules.length === 0 ? '' : `, by ${rules.join(', ')}`;
}

/** The first due date of a sweep's year: today, as far as the calendars of the law reach (a life lasts months beyond the year). */
export function sweepFrom(policies: PolicySet, today: string): string {
  const known = Object.values(policies.calendars).map(({ years }) => years).filter((years) => years.length > 0);
  const first = `${Math.max(...known.map((years) => Math.min(...years)))}-02-01`;
  const last = addDays(`${Math.min(...known.map((years) => Math.max(...years)))}-01-01`, -366);
  return today < first ? first : today > last ? last : today;
}
