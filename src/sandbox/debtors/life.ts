/**
 * What the people around one agreement do next, from its facts alone: nothing is remembered, so a restart goes on where
 * the facts stand, and an act that has been done shows in them.
 */
import type { AgreementEvent, AgreementState, CallOutcomeName, InstalmentView } from '../../domain/agreement.ts';
import { viewOf } from '../../domain/view.ts';
import { addDays, DAY, HOUR, instantOf, localDate, MINUTE } from '../../domain/zone.ts';
import type { InvitedSurvey, OpenCall, OpenCase, OpenPaymentLink } from '../../db/scripted-people.ts';
import type { Persona } from '../sample/persona.ts';
import type { Act, ActBody } from './act.ts';
import { answerable, paysByLink, WORDS } from './in-words.ts';

export interface Life {
  readonly persona: Persona;
  readonly agreementId: string;
  readonly personId: string;
  readonly state: AgreementState;
  readonly call: OpenCall | undefined;
  readonly case: OpenCase | undefined;
  readonly survey: InvitedSurvey | undefined;
  /** A message that they can answer, and the newest payment link of one; absent where nobody hands over messages. */
  readonly post?: { readonly link: OpenPaymentLink | undefined };
}

/** Everything that is going to happen if nothing else does, each with its instant. */
export function actsOf(life: Life): readonly Act[] {
  const acts = [...debtorActs(life), answerAct(life), disputeAct(life), callAct(life), caseAct(life), surveyAct(life)];
  return acts.filter((act): act is Act => act !== null);
}

const FIRST_HOUR = 9 * 60 + 30;
const OPEN_MINUTES = 8 * 60;

/** A minute of the day of its own for each agreement, so that not everybody pays at ten. */
function minuteOf({ state }: Life): number {
  return FIRST_HOUR + (digest(state.terms.externalId) % OPEN_MINUTES);
}

function digest(text: string): number {
  return [...Buffer.from(text)].reduce((sum, byte) => (sum * 31 + byte) % 100_003, 7);
}

function act(life: Life, at: number, name: string, body: ActBody): Act {
  return { at, id: `${life.state.terms.creditorId}.${life.state.terms.externalId}.${name}`, agreementId: life.agreementId, ...body };
}

function onDay(life: Life, date: string): number {
  return instantOf(life.state.terms.zone, date, minuteOf(life));
}

function eventsOf<K extends AgreementEvent['kind']>({ state }: Life, kind: K): (AgreementEvent & { kind: K })[] {
  return state.events.filter((event): event is AgreementEvent & { kind: K } => event.kind === kind);
}

/** What the debtor does: pays, has a payment taken back, asks for silence. */
function debtorActs(life: Life): readonly Act[] {
  const view = viewOf(life.state);
  if (view.phase === 'closed') return [];
  const reversal = reversalOf(life);
  if (reversal) return [reversal];
  const open = view.instalments.filter((instalment) => instalment.unpaid);
  const [first] = open;
  if (!first) return [];
  if (life.persona === 'optsOut' && view.optedOut.length === 0) {
    return [act(life, onDay(life, addDays(first.dueOn, 4)), 'out', { kind: 'optOut', personId: life.personId })];
  }
  const plan = paymentPlan(life, first, open);
  return plan === null ? [] : payments(life, plan);
}

/** Days after which somebody whose link did not work pays by an ordinary transfer. */
const DAYS_TO_TRY_OTHERWISE = 3;

function payments(life: Life, plan: PlannedPayment): readonly Act[] {
  const link = paysByLink(life.persona) ? life.post?.link : undefined;
  if (link === undefined || link.expiresAt <= plan.at || link.createdAt > plan.at) return [pay(life, plan.at, plan.amountMinor)];
  const number = eventsOf(life, 'paymentBooked').length + 1;
  // Some pay so that it is known the next day only, or close the window: what follows has to find it out.
  const bank = digest(life.state.terms.externalId) % 2 === 0 ? 'pay' : 'later';
  const otherwise = pay(life, plan.at + DAYS_TO_TRY_OTHERWISE * DAY, plan.amountMinor);
  return link.begun ? [otherwise] : [act(life, plan.at, `link${number}`, { kind: 'payByLink', attempt: link.attemptId, bank }), otherwise];
}

const HOURS_TO_READ = 2;

/** One answer in words, some hours after the first message about a date that has passed. */
function answerAct(life: Life): Act | null {
  const body = WORDS[life.persona];
  const first = viewOf(life.state).instalments.find((instalment) => instalment.unpaid);
  if (body === undefined || life.post === undefined || first === undefined || eventsOf(life, 'replyReceived').length > 0) return null;
  const message = answerable(life.state.events, onDay(life, first.dueOn), life.persona);
  return message ? act(life, message.at + HOURS_TO_READ * HOUR, 'answer', { kind: 'answer', attempt: message.attempt, body }) : null;
}

const left = (instalment: InstalmentView): number => instalment.amountMinor - instalment.paidMinor;

interface PlannedPayment {
  readonly at: number;
  readonly amountMinor: number;
}

/** When the debtor pays the oldest open instalment and how much; null: something else must happen first. */
function paymentPlan(life: Life, first: InstalmentView, open: readonly InstalmentView[]): PlannedPayment | null {
  const after = (days: number): PlannedPayment => ({ at: onDay(life, addDays(first.dueOn, days)), amountMinor: left(first) });
  switch (life.persona) {
    case 'punctual': return after(0);
    case 'late': return after(5);
    case 'slow': return after(10);
    case 'viaCreditor': return after(4);
    case 'unreachable': case 'wrongNumber': return after(24);
    case 'coDebtorPays': return after(18);
    case 'optsOut': case 'writesOptOut': return after(25);
    case 'writesNotMe': case 'writesCannot': return after(24);
    // The second notice goes by mail first, and only mails carry a payment link.
    case 'paysByLink': return after(10);
    case 'writesPromise': return asWritten(life, first) ?? after(15);
    case 'writesPaid': return afterAnswer(life, first) ?? after(15);
    case 'writesCallMe': return afterCall(life, first) ?? after(24);
    case 'prepays': return { ...after(-6), amountMinor: left(first) + (open[1] === undefined ? 0 : left(open[1])) };
    case 'partial': return first.paidMinor > 0 ? after(9) : { ...after(1), amountMinor: Math.ceil(left(first) * 0.6) };
    case 'reverses': return payAgain(life, first) ?? after(2);
    case 'afterCall': return afterCall(life, first);
    case 'keepsPromise': case 'breaksPromise': return onPromise(life, first);
    case 'disputes': return afterDispute(life, first);
    case 'paysAtLaw': return atLaw(life);
    case 'never': return null;
  }
}

function pay(life: Life, at: number, amountMinor: number): Act {
  const { externalId, currency } = life.state.terms;
  const number = eventsOf(life, 'paymentBooked').length + 1;
  const collectedBy = life.persona === 'viaCreditor' || life.persona === 'writesPaid' ? 'creditor' : 'agency';
  return act(life, at, `pay${number}`, { kind: 'pay', externalId: `${externalId}.p${number}`, amountMinor, currency, collectedBy });
}

/** The bank takes the first payment back three days later, once. */
function reversalOf(life: Life): Act | null {
  if (life.persona !== 'reverses' || eventsOf(life, 'paymentReversed').length > 0) return null;
  const [first] = eventsOf(life, 'paymentBooked');
  return first ? act(life, first.at + 3 * DAY, 'reverse', { kind: 'reverse', payment: `${life.state.terms.externalId}.p1` }) : null;
}

function payAgain(life: Life, first: InstalmentView): PlannedPayment | null {
  const [reversed] = eventsOf(life, 'paymentReversed');
  if (!reversed || first.reopenedOn === null) return null;
  return { at: reversed.at + 8 * DAY, amountMinor: left(first) };
}

/** Waits for a conversation after the due date; unless there was one, he does not pay. */
function afterCall(life: Life, first: InstalmentView): PlannedPayment | null {
  const due = onDay(life, first.dueOn);
  const talked = eventsOf(life, 'callOutcome').find((event) => event.outcome === 'talked' && event.at > due);
  return talked ? { at: talked.at + DAY, amountMinor: left(first) } : null;
}

const DAYS_PAST_A_BROKEN_PROMISE = 6;

/** Pays what was promised on the date, or days after it; the next instalments on their dates. */
function onPromise(life: Life, first: InstalmentView): PlannedPayment | null {
  const { promises } = viewOf(life.state);
  const due = onDay(life, first.dueOn);
  const promise = promises.findLast((candidate) => candidate.madeAt > due);
  if (promise) {
    const days = life.persona === 'breaksPromise' ? DAYS_PAST_A_BROKEN_PROMISE : 0;
    return { at: onDay(life, addDays(promise.dueOn, days)), amountMinor: Math.max(left(first), promise.amountMinor - promise.paidMinor) };
  }
  // After the first promise has taught him the way, he pays a day late.
  return promises.length > 0 ? { at: onDay(life, addDays(first.dueOn, 1)), amountMinor: left(first) } : null;
}

/** Pays on the day that he wrote; having written once, he pays the next instalments a day late. */
function asWritten(life: Life, first: InstalmentView): PlannedPayment | null {
  const promise = onPromise(life, first);
  return promise ?? afterAnswer(life, first);
}

const DAYS_TO_REPORT = 2;

function afterAnswer(life: Life, first: InstalmentView): PlannedPayment | null {
  const answered = eventsOf(life, 'replyReceived').at(-1);
  if (!answered) return null;
  const due = onDay(life, addDays(first.dueOn, 1));
  return { at: Math.max(due, answered.at + DAYS_TO_REPORT * DAY), amountMinor: left(first) };
}

function afterDispute(life: Life, first: InstalmentView): PlannedPayment | null {
  const resolved = eventsOf(life, 'resolved').at(-1);
  if (!resolved) return null;
  return { at: Math.max(onDay(life, addDays(first.dueOn, 1)), resolved.at + 3 * DAY), amountMinor: left(first) };
}

const DAYS_TO_THINK_AT_LAW = 6;

/** Pays everything that is overdue once the case is open. */
function atLaw(life: Life): PlannedPayment | null {
  const view = viewOf(life.state);
  const opened = eventsOf(life, 'preLegalOpened').at(-1);
  if (!opened || view.preLegalCase === null || view.preLegal?.state === 'handedOver') return null;
  const at = opened.at + DAYS_TO_THINK_AT_LAW * DAY;
  const overdue = overdueMinor(life, at);
  return overdue === 0 ? null : { at, amountMinor: overdue };
}

function overdueMinor({ state }: Life, at: number): number {
  const today = localDate(state.terms.zone, at);
  return viewOf(state).instalments.filter((instalment) => instalment.unpaid && instalment.dueOn <= today).reduce((sum, instalment) => sum + left(instalment), 0);
}

/** Opens one dispute, five days after the first open date; an agent answers it eight days later. */
function disputeAct(life: Life): Act | null {
  const view = viewOf(life.state);
  if (life.persona !== 'disputes' || view.phase === 'settled' || view.phase === 'closed') return null;
  const disputed = eventsOf(life, 'disputed').at(-1);
  if (!disputed) {
    const first = view.instalments.find((instalment) => instalment.unpaid);
    return first ? act(life, onDay(life, addDays(first.dueOn, 5)), 'dispute', { kind: 'dispute' }) : null;
  }
  const open = view.disputes.includes(disputed.dispute);
  return open ? act(life, disputed.at + 8 * DAY, `resolve${disputed.seq}`, { kind: 'resolveDispute', dispute: disputed.dispute }) : null;
}

const MINUTES_INTO_THE_SLOT = 4;
/** What comes of a call that is answered, unless it is a talk. */
const SAYS: Readonly<Partial<Record<Persona, CallOutcomeName>>> = { paysAtLaw: 'cannotPay', coDebtorPays: 'cannotPay', wrongNumber: 'wrongNumber', writesNotMe: 'wrongNumber', writesCannot: 'cannotPay' };
const DAYS_OF_A_PROMISE = 4;

/** The agent calls at the beginning of the slot. */
function callAct(life: Life): Act | null {
  const { call, persona, state } = life;
  if (!call) return null;
  const at = call.from + MINUTES_INTO_THE_SLOT * MINUTE;
  const promises = persona === 'keepsPromise' || persona === 'breaksPromise';
  const amountMinor = promises && viewOf(state).promises.length === 0 ? overdueMinor(life, at) : 0;
  if (amountMinor > 0) {
    const promise = { amountMinor, dueOn: addDays(localDate(state.terms.zone, at), DAYS_OF_A_PROMISE) };
    return act(life, at, `call.${call.id}`, { kind: 'call', callbackId: call.id, outcome: 'promise', promise });
  }
  const nobody = persona === 'never' || persona === 'unreachable';
  const outcome = nobody ? 'noAnswer' : SAYS[persona] ?? 'talked';
  return act(life, at, `call.${call.id}`, { kind: 'call', callbackId: call.id, outcome });
}

/** Two approvals on the next two days, the hand-over after a fortnight. */
function caseAct(life: Life): Act | null {
  const { case: open } = life;
  if (!open) return null;
  if (open.approvals >= 2) return act(life, open.openedAt + 14 * DAY, `handover.${open.id}`, { kind: 'handOver', caseId: open.id });
  const first = open.approvals === 0;
  return act(life, open.openedAt + (first ? 1 : 2) * DAY, `approve${open.approvals + 1}.${open.id}`, { kind: 'approve', caseId: open.id, first });
}

/** Two of three answer, some hours after the message; whom we served badly says so. */
function surveyAct(life: Life): Act | null {
  const { survey, persona } = life;
  const whim = digest(life.state.terms.externalId);
  if (!survey || whim % 3 === 0) return null;
  const score = persona === 'disputes' || persona === 'optsOut' ? 2 : 3 + (whim % 3);
  return act(life, survey.invitedAt + (2 + (whim % 30)) * HOUR, 'survey', { kind: 'answerSurvey', token: survey.token, score });
}

