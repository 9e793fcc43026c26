/** A life in fast motion: the workflow's own loop over the pure core, with a world that answers each decision. */
import type { AgreementEvent, AgreementState, Decision, EventBody, Instant, Occurrence } from '../../src/domain/agreement.ts';
import { decide } from '../../src/domain/decide.ts';
import { apply } from '../../src/domain/facts.ts';
import type { MessageChannel } from '../../src/strategy/strategy.ts';

export type Act = Exclude<Decision, { kind: 'wait' }>;

export interface Outside {
  readonly at: Instant;
  readonly body: EventBody;
}

export interface LifeOptions {
  readonly from: Instant;
  readonly to: Instant;
  readonly outside?: readonly Outside[];
  /** The facts with which the activity comes back; `n` counts the acts. */
  readonly answer?: (act: Act, at: Instant, n: number) => readonly EventBody[];
  /** What happens to the facts on their way to the workflow: twice, late, in another order. */
  readonly carry?: (events: readonly AgreementEvent[]) => readonly AgreementEvent[];
}

export interface Done {
  readonly at: Instant;
  readonly act: Act;
  readonly before: AgreementState;
}

export interface Life {
  readonly state: AgreementState;
  readonly acts: readonly Done[];
  readonly timers: number;
  readonly ended: 'closed' | 'listening' | 'time';
}

/** The world where everything works: a contact is sent by its first channel, calls are booked, cases opened. */
export function smooth(act: Act, at: Instant, n: number): readonly EventBody[] {
  switch (act.kind) {
    case 'contact':
    case 'duty': return [{ kind: 'stepResult', occurrences: act.occurrences.map((one) => one.key), result: 'sent', attempt: `t${n}`, ...channelOf(act.occurrences[0]) }];
    case 'bookCallback': return [{ kind: 'callbackBooked', occurrence: act.occurrence.key, callback: `cb${n}`, from: at, until: at + 3_600_000 }];
    case 'escalate': return [act.to === 'broken' ? { kind: 'planBroken' } : { kind: 'preLegalOpened', case: `case${n}`, occurrence: act.occurrence.key }];
    case 'sendSurvey': return [{ kind: 'surveyStarted', survey: `s${n}`, occurrence: act.occurrence.key }];
    case 'skip': return [{ kind: 'stepResult', occurrences: act.occurrences.map((one) => one.key), result: 'skipped' }];
    case 'close': return [];
  }
}

export function channelOf(occurrence: Occurrence): { channel?: MessageChannel } {
  const [channel] = occurrence.channels;
  return channel === undefined ? {} : { channel };
}

const MOST_ACTS = 2_000;

/** Runs decide -> act -> apply like the workflow, with its one timer that is re-armed only for an earlier wake. */
export function live(start: AgreementState, options: LifeOptions): Life {
  const { from, to, outside = [], answer = smooth, carry = (events) => events } = options;
  const messages = [...outside].sort((a, b) => a.at - b.at);
  const acts: Done[] = [];
  let state = start;
  let now = from;
  let seq = start.events.at(-1)?.seq ?? 0;
  let armed: Instant | null = null;
  let timers = 0;
  const take = (bodies: readonly EventBody[]): void => {
    const events = bodies.map((body): AgreementEvent => {
      seq += 1;
      return { ...body, id: `e${seq}`, seq, at: now };
    });
    for (const event of carry(events)) state = apply(state, event);
  };
  for (;;) {
    const decision = decide(state, now);
    if (decision.kind === 'close' && messages.length === 0) return { state, acts: [...acts, { at: now, act: decision, before: state }], timers, ended: 'closed' };
    if (decision.kind !== 'wait' && decision.kind !== 'close') {
      acts.push({ at: now, act: decision, before: state });
      if (acts.length > MOST_ACTS) throw new Error(`The agreement acts without end; last: ${JSON.stringify(decision)}`);
      take(answer(decision, now, acts.length));
      continue;
    }
    const until = decision.kind === 'wait' ? decision.until : null;
    if (until !== null && until <= now) throw new Error('It waits for the past.');
    if (until !== null && (armed === null || until < armed)) {
      armed = until;
      timers += 1;
    }
    const message = messages[0];
    const next = Math.min(armed ?? Infinity, message?.at ?? Infinity);
    if (next === Infinity) return { state, acts, timers, ended: 'listening' };
    if (next > to) return { state, acts, timers, ended: 'time' };
    now = Math.max(now, next);
    if (message && message.at <= now) {
      messages.shift();
      take([message.body]);
    } else armed = null;
  }
}
