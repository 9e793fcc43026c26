/**
 * One person's life under a strategy, in memory: the real core decides for each agreement, the real contact law judges
 * each contact, nobody answers and nobody pays. What the register does between the two (one message for all agreements
 * of a creditor, the step's own hour after a deferral, an agent's next lawful slot) is done here in the same way.
 */
import { evaluate } from '../../contact-law/evaluate.ts';
import type { LawChannel, LawDecision, PastContact, PolicySet, Purpose } from '../../contact-law/policy.ts';
import type { AgreementState, Decision, EventBody, Instant, Occurrence } from '../../domain/agreement.ts';
import { decide, dueCalls } from '../../domain/decide.ts';
import { apply, strategyOf } from '../../domain/facts.ts';
import { headOf, sharedBySibling } from '../../domain/shared-message.ts';
import { viewOf } from '../../domain/view.ts';
import { addDays, DAY, HOUR, instantOf, localDate, MINUTE, weekday } from '../../domain/zone.ts';
import type { MessageChannel } from '../strategy.ts';

export interface Life {
  readonly policies: PolicySet;
  readonly profile: string;
  readonly zone: string;
  readonly until: Instant;
  /** Agreements of the person; those of one `creditor` share messages and calls. */
  readonly agreements: readonly { readonly creditor: string; readonly state: AgreementState; readonly outside: readonly { readonly at: Instant; readonly body: EventBody }[] }[];
}

/** What became of one occurrence. */
export interface Fate {
  readonly occurrence: Occurrence;
  end: 'done' | 'expired' | 'refused' | 'open';
  /** When it left, was booked or opened; null otherwise. */
  at: Instant | null;
  /** Every rule that ever kept it back. */
  readonly rules: Set<string>;
}

export interface Lived {
  readonly state: AgreementState;
  readonly fates: ReadonlyMap<string, Fate>;
}

interface Follower {
  readonly creditor: string;
  state: AgreementState;
  wake: Instant | null;
  readonly fates: Map<string, Fate>;
  readonly outside: { readonly at: Instant; readonly body: EventBody }[];
}

interface BookedCall {
  readonly of: Follower;
  readonly callback: string;
  readonly from: Instant;
  readonly until: Instant;
}

const LEAD = 15 * MINUTE;
const CALL = 15 * MINUTE;
/** Agents work Monday to Friday from 9 to 18, in the person's zone. */
const SHIFT = { from: 9 * 60, until: 18 * 60 };
const LOOKED_AHEAD = 14 * DAY;
const MOST_ACTS = 5_000;

/** Lives it to the end and tells what became of every step. */
export function liveUnder(life: Life): Lived[] {
  return new Person(life).run();
}

class Person {
  readonly #life: Life;
  readonly #all: Follower[];
  readonly #history: PastContact[] = [];
  readonly #calls: BookedCall[] = [];
  #seq = 0;
  #acts = 0;

  constructor(life: Life) {
    this.#life = life;
    this.#all = life.agreements.map(({ creditor, state, outside }) => ({ creditor, state, wake: -Infinity, fates: new Map(), outside: [...outside] }));
  }

  run(): Lived[] {
    for (;;) {
      const at = this.#next();
      if (at === null || at > this.#life.until) break;
      this.#happen(at === -Infinity ? this.#start() : at);
    }
    return this.#all.map(({ state, fates }) => ({ state, fates }));
  }

  /** Midnight before anything is due. */
  #start(): Instant {
    const agreedOn = this.#all.map(({ state }) => state.terms.agreedOn).sort()[0] ?? '';
    return instantOf(this.#life.zone, agreedOn, 0);
  }

  #next(): Instant | null {
    const instants = [...this.#all.flatMap(({ wake, outside }) => [wake, outside[0]?.at ?? null]), ...this.#calls.map(({ until }) => until)].filter((at) => at !== null);
    return instants.length === 0 ? null : Math.min(...instants);
  }

  #happen(now: Instant): void {
    for (const call of this.#calls.filter(({ until }) => until <= now)) this.#call(call, now);
    for (const one of this.#all) {
      while (one.outside[0] !== undefined && one.outside[0].at <= now) this.#tell(one, now, one.outside.shift()?.body);
      if (one.wake !== null && one.wake <= now) this.#settle(one, now);
    }
  }

  #tell(one: Follower, at: Instant, body: EventBody | undefined): void {
    if (body === undefined) return;
    this.#seq += 1;
    one.state = apply(one.state, { ...body, id: `e${this.#seq}`, seq: this.#seq, at });
    one.wake = at;
  }

  #settle(one: Follower, now: Instant): void {
    for (let decision = decide(one.state, now); ; decision = decide(one.state, now)) {
      if (decision.kind === 'wait' || decision.kind === 'close') {
        one.wake = decision.kind === 'wait' ? decision.until : null;
        return;
      }
      this.#acts += 1;
      if (this.#acts > MOST_ACTS) throw new Error(`The simulated agreement acts without end: ${JSON.stringify(decision)}`);
      this.#act(one, now, decision);
    }
  }

  #act(one: Follower, now: Instant, decision: Exclude<Decision, { kind: 'wait' | 'close' }>): void {
    switch (decision.kind) {
      case 'contact':
      case 'duty': return this.#contact(one, now, decision.occurrences);
      case 'bookCallback': return this.#book(one, now, decision.occurrence);
      case 'escalate':
        if (decision.to === 'broken') return this.#tell(one, now, { kind: 'planBroken' });
        this.#end(one, [decision.occurrence], 'done', now);
        return this.#tell(one, now, { kind: 'preLegalOpened', case: `case${this.#seq}`, occurrence: decision.occurrence.key });
      case 'skip':
        if (viewOf(one.state).preLegalCase !== null) this.#note(one, decision.occurrences, ['preLegal']);
        this.#end(one, decision.occurrences, 'expired', null);
        return this.#tell(one, now, { kind: 'stepResult', occurrences: keysOf(decision.occurrences), result: 'skipped' });
      case 'sendSurvey':
        this.#end(one, [decision.occurrence], 'done', now);
        return this.#tell(one, now, { kind: 'surveyStarted', survey: `s${this.#seq}`, occurrence: decision.occurrence.key });
    }
  }

  #siblings(one: Follower): Follower[] {
    return this.#all.filter((other) => other !== one && other.creditor === one.creditor);
  }

  #contact(one: Follower, now: Instant, occurrences: readonly [Occurrence, ...Occurrence[]]): void {
    const [lead] = occurrences;
    const shared = this.#siblings(one).map((sibling) => ({ sibling, due: sharedBySibling(sibling.state, lead, now) })).filter(({ due }) => due.length > 0);
    const head = headOf(lead, shared.flatMap(({ due }) => due));
    const asked = lead.channels.map((channel) => ({ channel, decision: this.#ask(one, channel, head.purpose, now) }));
    const open = asked.find(({ decision }) => decision.decision === 'allow');
    if (open === undefined) return this.#keepBack(one, now, occurrences, asked.map(({ channel, decision }) => ({ channel, decision })), head);
    const { channel } = open;
    const attempt = `t${this.#seq}`;
    this.#history.push({ channel, at: now, kind: 'attempt', purpose: head.purpose, creditorId: one.creditor });
    this.#end(one, occurrences, 'done', now);
    this.#tell(one, now, { kind: 'stepResult', occurrences: keysOf(occurrences), result: 'sent', attempt, channel });
    for (const { sibling, due } of shared) {
      const along = due.filter(({ channels }) => channels.includes(channel));
      if (along.length === 0) continue;
      this.#end(sibling, along, 'done', now);
      this.#tell(sibling, now, { kind: 'stepResult', occurrences: keysOf(along), result: 'covered', attempt, channel });
    }
  }

  #keepBack(one: Follower, now: Instant, occurrences: readonly Occurrence[], asked: readonly { channel: MessageChannel; decision: LawDecision }[], head: Occurrence): void {
    for (const { decision } of asked) this.#note(one, occurrences, decision.rules);
    const deferred = asked.flatMap(({ channel, decision }) => (decision.decision === 'defer' && decision.notBefore !== undefined ? [this.#atItsHour(one, channel, head, decision.notBefore)] : []));
    if (deferred.length === 0) {
      this.#end(one, occurrences, 'refused', null);
      return this.#tell(one, now, { kind: 'stepResult', occurrences: keysOf(occurrences), result: 'refused' });
    }
    this.#tell(one, now, { kind: 'stepResult', occurrences: keysOf(occurrences), result: 'deferred', until: Math.min(...deferred) });
  }

  /** Not before the law allows it, and then at the step's own hour or the first lawful minute after it. */
  #atItsHour(one: Follower, channel: MessageChannel, head: Occurrence, notBefore: Instant): Instant {
    const minute = strategyOf(one.state).steps.find((step) => step.key === head.step)?.atMinute ?? null;
    if (minute === null) return notBefore;
    const wished = instantOf(this.#life.zone, localDate(this.#life.zone, notBefore), minute);
    if (wished <= notBefore) return notBefore;
    const decision = this.#ask(one, channel, head.purpose, wished);
    return decision.decision === 'allow' ? wished : decision.notBefore ?? notBefore;
  }

  #ask(one: Follower, channel: LawChannel, purpose: Purpose, now: Instant): LawDecision {
    const { policies, profile, zone } = this.#life;
    return evaluate(policies, {
      profile, zones: [zone], now, channel, purpose, party: 'debtor', creditorType: 'thirdParty', history: this.#history, stops: [],
      authorisedChannels: ['sms', 'email', 'call'], debtId: one.state.terms.agreementId, creditorId: one.creditor,
    });
  }

  /** The first lawful slot of an agent before the step expires; a call about a sibling that is booked is waited for. */
  #book(one: Follower, now: Instant, occurrence: Occurrence): void {
    const siblings = this.#siblings(one);
    const booked = this.#calls.find(({ of }) => siblings.includes(of));
    if (booked !== undefined) return this.#tell(one, now, { kind: 'stepResult', occurrences: [occurrence.key], result: 'deferred', until: booked.until + HOUR });
    const end = Math.min(occurrence.expiresAt ?? Infinity, now + LOOKED_AHEAD);
    const from = this.#firstSlot(one, occurrence, now + LEAD, end);
    if (from === null) {
      const until = Math.min(occurrence.expiresAt ?? Infinity, instantOf(this.#life.zone, addDays(localDate(this.#life.zone, now), 1), SHIFT.from));
      return this.#tell(one, now, { kind: 'stepResult', occurrences: [occurrence.key], result: 'deferred', until });
    }
    const callback = `cb${this.#seq}`;
    this.#calls.push({ of: one, callback, from, until: from + CALL });
    this.#end(one, [occurrence], 'done', from);
    this.#tell(one, now, { kind: 'callbackBooked', occurrence: occurrence.key, callback, from, until: from + CALL });
  }

  #firstSlot(one: Follower, occurrence: Occurrence, from: Instant, end: Instant): Instant | null {
    for (let at = this.#onShift(from); at + CALL <= end; ) {
      const decision = this.#ask(one, 'call', 'collection', at);
      if (decision.decision === 'allow') return at;
      this.#note(one, [occurrence], decision.rules);
      if (decision.notBefore === undefined) return null;
      at = this.#onShift(decision.notBefore);
    }
    return null;
  }

  #onShift(at: Instant): Instant {
    const { zone } = this.#life;
    for (let date = localDate(zone, at); ; date = addDays(date, 1)) {
      if (weekday(date) > 5 || at > instantOf(zone, date, SHIFT.until) - CALL) continue;
      return Math.max(at, instantOf(zone, date, SHIFT.from));
    }
  }

  /** Nobody answers; whoever else's call was due by the next day is called with it. */
  #call(call: BookedCall, now: Instant): void {
    this.#calls.splice(this.#calls.indexOf(call), 1);
    const id = `k${this.#seq}`;
    this.#history.push({ channel: 'call', at: call.from, kind: 'attempt', purpose: 'collection', creditorId: call.of.creditor });
    this.#tell(call.of, now, { kind: 'callOutcome', call: id, callback: call.callback, channel: 'call', outcome: 'noAnswer' });
    for (const sibling of this.#siblings(call.of)) {
      const due = dueCalls(sibling.state, now, now + DAY);
      if (due.length === 0) continue;
      this.#end(sibling, due, 'done', call.from);
      this.#tell(sibling, now, { kind: 'callOutcome', call: id, channel: 'call', outcome: 'noAnswer' });
      this.#tell(sibling, now, { kind: 'stepResult', occurrences: keysOf(due), result: 'covered' });
    }
  }

  #note(one: Follower, occurrences: readonly Occurrence[], rules: readonly string[]): void {
    for (const occurrence of occurrences) for (const rule of rules) this.#fate(one, occurrence).rules.add(rule);
  }

  #end(one: Follower, occurrences: readonly Occurrence[], end: Fate['end'], at: Instant | null): void {
    for (const occurrence of occurrences) {
      const fate = this.#fate(one, occurrence);
      // A call that nobody answered is booked again; the step had its call with the first.
      if (fate.end === 'done') continue;
      fate.end = end;
      fate.at = at;
    }
  }

  #fate(one: Follower, occurrence: Occurrence): Fate {
    const known = one.fates.get(occurrence.key);
    if (known) return known;
    const fate: Fate = { occurrence, end: 'open', at: null, rules: new Set() };
    one.fates.set(occurrence.key, fate);
    return fate;
  }
}

function keysOf(occurrences: readonly Occurrence[]): string[] {
  return occurrences.map(({ key }) => key);
}
