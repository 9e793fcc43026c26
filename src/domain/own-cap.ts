/** Caps of a strategy's own: how often one agreement may contact, stricter than the law. Counted from the agreement's facts alone. */
import type { CappedChannel, CapSpan, StrategyCap } from '../strategy/strategy.ts';
import type { AgreementState, Instant } from './agreement.ts';
import { strategyOf } from './facts.ts';
import { instantOnDay, localDayNumber, localMinuteOfDay } from './zone.ts';

interface OwnContact {
  readonly channel: CappedChannel;
  /** Local day number. */
  readonly day: number;
}

/** Further than this no cap reaches: a span is at most a year. */
const MOST_DAYS = 400;
const contacts = new WeakMap<AgreementState, readonly OwnContact[]>();

/** The first instant from `from` on at which one more contact by this channel keeps within every cap; a later day begins at the local minute of `from`. */
export function freeUnder(state: AgreementState, caps: readonly StrategyCap[], channel: CappedChannel, from: Instant): Instant {
  const binding = caps.filter((cap) => cap.channels === undefined || cap.channels.includes(channel));
  if (binding.length === 0) return from;
  const { zone } = state.terms;
  const first = localDayNumber(zone, from);
  const made = contactsOf(state);
  let day = first;
  while (day < first + MOST_DAYS && binding.some((cap) => countOn(cap, made, day) >= cap.max)) day += 1;
  return day === first ? from : instantOnDay(zone, day, localMinuteOfDay(zone, from));
}

function countOn({ channels, over }: StrategyCap, made: readonly OwnContact[], day: number): number {
  const [first, last] = spanOf(over, day);
  return made.filter((one) => one.day >= first && one.day <= last && (channels === undefined || channels.includes(one.channel))).length;
}

function spanOf(over: CapSpan, day: number): [number, number] {
  if ('day' in over) return [day, day];
  if ('rollingDays' in over) return [day - over.rollingDays + 1, day];
  const monday = day - (weekdayOf(day) - 1);
  return [monday, monday + 6];
}

/** Day 0 was a Thursday. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

function contactsOf(state: AgreementState): readonly OwnContact[] {
  const known = contacts.get(state);
  if (known) return known;
  const made = read(state);
  contacts.set(state, made);
  return made;
}

/** Messages that left, whatever became of them, and calls; what the person asked for does not count. */
function read(state: AgreementState): OwnContact[] {
  const { zone } = state.terms;
  const exempt = new Set(strategyOf(state).steps.filter(({ purpose }) => purpose === 'transactional' || purpose === 'survey').map(({ key }) => key));
  const seen = new Set<string>();
  return state.events.flatMap((event): OwnContact[] => {
    const day = (): number => localDayNumber(zone, event.at);
    if (event.kind === 'callOutcome' && event.channel === 'call' && !seen.has(event.call)) {
      seen.add(event.call);
      return [{ channel: 'call', day: day() }];
    }
    if (event.kind !== 'stepResult' || event.attempt === undefined || event.channel === undefined || seen.has(event.attempt)) return [];
    if (event.result !== 'sent' && event.result !== 'covered' && event.result !== 'unknown') return [];
    if (event.occurrences.every((key) => exempt.has(key.slice(0, key.lastIndexOf('/'))))) return [];
    seen.add(event.attempt);
    return [{ channel: event.channel, day: day() }];
  });
}
