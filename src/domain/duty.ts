/**
 * What the law obliges to do about an agreement, as occurrences of its own: nothing is scheduled where an ordinary
 * notice does it, and a duty that nobody could fulfil in time expires with a trace like any step.
 */
import type { AgreementEvent, AgreementState, AgreementView, CallOutcomeName, DutyTerm, Instant, InstalmentView, Occurrence } from './agreement.ts';
import { happenedTo, type Happened } from './happened.ts';
import { noticesAbout } from './notice.ts';
import { viewOf } from './view.ts';
import { dayNumberOf, instantOnDay, localDayNumber } from './zone.ts';

/** A duty with the occurrence that would fulfil it. */
export interface Duty {
  readonly term: DutyTerm;
  readonly occurrence: Occurrence;
  readonly happened: Happened;
  readonly fulfilled: boolean;
}

/** The ladder's own notices come first; this many days before the last one the law's notice is sent without them. */
const USEFUL_LEAD = 6;
/** The law names no last day for the written copy: the ladder's next notice, which says the same, gets these days. */
const WRITTEN_PATIENCE = 3;
/** After this many days more a written copy that could not be sent counts as missed. */
const WRITTEN_LIFE = 30;
const AT = 10 * 60;
const TEMPLATES: Readonly<Record<DutyTerm['do'], string>> = { freeUsefulNotice: 'useful-notice', sendInWritingIfSilent: 'written-information' };

const known = new WeakMap<AgreementState, readonly Duty[]>();

/** Every duty that the facts call for, fulfilled ones included; empty where the place has none. */
export function dutiesOf(state: AgreementState): readonly Duty[] {
  const before = known.get(state);
  if (before) return before;
  const view = viewOf(state);
  const rules = view.settledAt === null ? state.terms.duties?.rules ?? [] : [];
  const duties = rules.flatMap((term) => (term.do === 'freeUsefulNotice' ? usefulNotices(state, view, term) : writtenCopy(state, view, term)));
  known.set(state, duties);
  return duties;
}

export interface DutyStanding {
  readonly rule: string;
  readonly cite: string;
  readonly instalment: number | null;
  readonly status: 'fulfilled' | 'open' | 'missed';
  /** Until when it has to be done (epoch ms, exclusive). */
  readonly until: Instant;
}

/** How the duties about what is unpaid stand at an instant. */
export function dutyStandings(state: AgreementState, now: Instant): DutyStanding[] {
  return dutiesOf(state).map(({ term, occurrence, fulfilled }) => {
    const until = occurrence.expiresAt ?? Infinity;
    return { rule: term.rule, cite: term.cite, instalment: occurrence.instalment, until, status: fulfilled ? 'fulfilled' : until <= now ? 'missed' : 'open' };
  });
}

/** One notice for each unpaid due date, on a day after it and up to the last day of the law. */
function usefulNotices(state: AgreementState, view: AgreementView, term: DutyTerm): Duty[] {
  const { zone, agreedOn } = state.terms;
  return view.instalments.filter((one) => one.unpaid).flatMap((instalment) => {
    const due = Math.max(dayNumberOf(instalment.dueOn), instalment.reopenedOn === null ? -Infinity : dayNumberOf(instalment.reopenedOn));
    // Whether it was done before the agreement came here nobody can say.
    if (due + term.days < dayNumberOf(agreedOn)) return [];
    const [from, until] = [instantOnDay(zone, due + 1, 0), instantOnDay(zone, due + term.days + 1, 0)];
    const fulfilled = [...noticesAbout(state, instalment.anchor).values()].some((at) => at >= from && at < until);
    return [duty(state, view, term, instalment, { day: due + Math.max(1, term.days - USEFUL_LEAD), until, fulfilled })];
  });
}

/** What was told about the oldest unpaid date, and nobody answered: once in writing. */
function writtenCopy(state: AgreementState, view: AgreementView, term: DutyTerm): Duty[] {
  const { zone } = state.terms;
  const oldest = view.instalments.find((one) => one.unpaid);
  if (!oldest) return [];
  const notices = [...noticesAbout(state, oldest.anchor).values()];
  if (notices.length === 0) return [];
  const informedAt = Math.min(...notices);
  if (state.events.some((event) => event.at > informedAt && breaksSilence(event))) return [];
  const day = localDayNumber(zone, informedAt) + term.days;
  const fulfilled = notices.some((at) => at >= instantOnDay(zone, day, 0));
  return [duty(state, view, term, oldest, { day: day + WRITTEN_PATIENCE, until: instantOnDay(zone, day + WRITTEN_LIFE + 1, 0), fulfilled })];
}

const TALKED: ReadonlySet<CallOutcomeName> = new Set(['talked', 'promise', 'paid', 'partialPayment', 'refuses', 'cannotPay', 'dispute', 'callLater', 'insolvency']);

/** The debtor was heard, in whatever way. */
function breaksSilence(event: AgreementEvent): boolean {
  switch (event.kind) {
    case 'replyReceived': case 'paymentBooked': case 'promiseMade': case 'disputed': case 'renegotiated': case 'optedOut': return true;
    case 'callOutcome': return TALKED.has(event.outcome);
    default: return false;
  }
}

interface Deadline {
  /** Day number from which on it is sent. */
  readonly day: number;
  readonly until: Instant;
  readonly fulfilled: boolean;
}

function duty(state: AgreementState, view: AgreementView, term: DutyTerm, instalment: InstalmentView, { day, until, fulfilled }: Deadline): Duty {
  const key = `${term.rule}/${instalment.anchor}`;
  const dueAt = instantOnDay(state.terms.zone, day, AT);
  const happened = happenedTo(state, key, 'contact', dueAt);
  const silent = view.optedOut.includes('all') ? [] : (['email', 'sms'] as const).filter((channel) => !view.optedOut.includes(channel));
  const channels = silent.filter((channel) => !happened.failedChannels.includes(channel));
  const occurrence: Occurrence = {
    key, step: term.rule, do: 'contact', anchor: 'due', instalment: instalment.number, promise: null, dueAt, expiresAt: until,
    purpose: 'collection', channels, template: TEMPLATES[term.do], duty: term.rule,
  };
  return { term, occurrence, fulfilled, happened: outcomeOf(state, key, happened, channels.length > 0, fulfilled) };
}

/** A duty that was refused, or that no channel is left for, is not done: it stays until it expires, so that the miss shows. */
function outcomeOf(state: AgreementState, key: string, happened: Happened, reachable: boolean, fulfilled: boolean): Happened {
  if (fulfilled) return { ...happened, status: 'fired' };
  if (state.events.some((event) => event.kind === 'stepResult' && event.result === 'skipped' && event.occurrences.includes(key))) return { ...happened, status: 'fired' };
  if (happened.status === 'unknown') return happened;
  if (happened.status === 'open' && reachable) return { ...happened, tried: false };
  return { ...happened, status: 'open', tried: false, until: Infinity };
}
