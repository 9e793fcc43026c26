/**
 * What one message speaks of: the steps of the agreement whose wake it is, and what is due in the coming day of the same
 * person's other agreements at the same creditor. Always made anew from PostgreSQL, at claim and again at begin, so that
 * whatever was committed in between counts.
 */
import { attemptsOf } from '../../db/attempts.ts';
import { siblingsOf } from '../../db/agreements.ts';
import { surveyById, type SurveyRow } from '../../db/surveys.ts';
import type { Occurrence } from '../../domain/agreement.ts';
import { dueContacts } from '../../domain/decide.ts';
import { strategyOf } from '../../domain/facts.ts';
import { viewOf } from '../../domain/view.ts';
import { canShare, headOf, sharedBySibling } from '../../domain/shared-message.ts';
import { MINUTE } from '../../domain/zone.ts';
import type { MessageChannel, StepPurpose } from '../../strategy/strategy.ts';
import type { PersonLock } from '../person-lock.ts';
import { loadState, loadStates, type LoadedAgreement } from '../rebuild.ts';

/** A contact that the core decided on (occurrence keys, the leading one first), or a survey's invitation or nudge. */
export type DeliveryRequest =
  | { readonly kind: 'contact'; readonly agreementId: string; readonly occurrences: readonly string[] }
  | { readonly kind: 'survey'; readonly surveyId: string; readonly agreementId: string; readonly occurrence: string };

export interface ParcelPart {
  readonly agreement: LoadedAgreement;
  readonly occurrences: readonly [Occurrence, ...Occurrence[]];
}

export interface Parcel {
  readonly lead: ParcelPart;
  readonly siblings: readonly ParcelPart[];
  /** Whose text and whose channels are used: the lead's first, or a sibling's that is overdue while the lead only reminds. */
  readonly head: Occurrence;
  readonly channels: readonly MessageChannel[];
  readonly purpose: StepPurpose;
  readonly survey: SurveyRow | null;
}

/** Keys by agreement: what an attempt was claimed for. */
export type ParcelLimit = ReadonlyMap<string, ReadonlySet<string>>;

/** The clocks of a workflow and of a worker may differ by this much. */
const SLACK = MINUTE;
const NUDGE = '/nudge';

/** The ledger's key of a survey message: the nudge is a contact of its own. */
export function surveyOccurrence(survey: Pick<SurveyRow, 'occurrence'>, nudge: boolean): string {
  return nudge ? `${survey.occurrence}${NUDGE}` : survey.occurrence;
}

/** What the message would speak of now, or null when nothing of the lead's is wanted any more. */
export async function parcelOf(lock: PersonLock, request: DeliveryRequest, limit?: ParcelLimit): Promise<Parcel | null> {
  return request.kind === 'survey' ? surveyParcel(lock, request) : contactParcel(lock, request, limit);
}

async function contactParcel(lock: PersonLock, request: Extract<DeliveryRequest, { kind: 'contact' }>, limit?: ParcelLimit): Promise<Parcel | null> {
  const agreement = await loadState(lock.trx, request.agreementId);
  const due = new Map(dueContacts(agreement.state, lock.now, lock.now + SLACK).map((one) => [one.key, one]));
  const [first, ...rest] = request.occurrences.flatMap((key) => due.get(key) ?? []).filter((one) => limit?.get(agreement.row.id)?.has(one.key) ?? true);
  if (first === undefined) return null;
  const lead: ParcelPart = { agreement, occurrences: [first, ...rest] };
  const siblings = await siblingParts(lock, lead, limit);
  const head = headOf(first, siblings.flatMap(({ occurrences }) => occurrences));
  return { lead, siblings, head, channels: first.channels, purpose: head.purpose, survey: null };
}

async function siblingParts(lock: PersonLock, lead: ParcelPart, limit?: ParcelLimit): Promise<ParcelPart[]> {
  const [first] = lead.occurrences;
  if (!canShare(first)) return [];
  const { row } = lead.agreement;
  const rows = (await siblingsOf(lock.trx, row.person_id)).filter((one) => one.id !== row.id && one.currency === row.currency && (limit?.has(one.id) ?? true));
  const parts: ParcelPart[] = [];
  for (const agreement of await loadStates(lock.trx, rows.map(({ id }) => id))) {
    const wanted = sharedBySibling(agreement.state, first, lock.now).filter((one) => limit?.get(agreement.row.id)?.has(one.key) ?? true);
    const [own, ...others] = limit === undefined ? await withoutOpenAttempt(lock, agreement.row.id, wanted) : wanted;
    if (own !== undefined) parts.push({ agreement, occurrences: [own, ...others] });
  }
  return parts;
}

/** What another message is already speaking of is not taken into this one. */
async function withoutOpenAttempt(lock: PersonLock, agreementId: string, wanted: readonly Occurrence[]): Promise<Occurrence[]> {
  const free: Occurrence[] = [];
  for (const one of wanted) {
    const [last] = await attemptsOf(lock.trx, agreementId, [one.key]);
    if (last === undefined || !['claimed', 'calling', 'unknown'].includes(last.state)) free.push(one);
  }
  return free;
}

async function surveyParcel(lock: PersonLock, request: Extract<DeliveryRequest, { kind: 'survey' }>): Promise<Parcel | null> {
  const survey = await surveyById(lock.trx, request.surveyId);
  if (survey === undefined || survey.token === null || survey.state === 'answered' || survey.state === 'expired' || survey.expires_at <= lock.now) return null;
  const agreement = await loadState(lock.trx, survey.agreement_id);
  const view = viewOf(agreement.state);
  if (view.settledAt === null || view.stoppedForGood || view.optedOut.includes('all')) return null;
  const stepKey = survey.occurrence.split('/')[0] ?? '';
  const step = strategyOf(agreement.state).steps.find((one) => one.key === stepKey);
  const channels = (step?.channels ?? ['email', 'sms']).filter((channel) => !view.optedOut.includes(channel));
  const head: Occurrence = {
    key: request.occurrence, step: stepKey, do: 'survey', anchor: 'settled', instalment: null, promise: null,
    dueAt: survey.created_at, expiresAt: survey.expires_at, purpose: 'survey', channels, template: step?.template ?? 'survey',
  };
  return { lead: { agreement, occurrences: [head] }, siblings: [], head, channels, purpose: 'survey', survey };
}

/** Every part, the lead first. */
export function partsOf(parcel: Parcel): readonly ParcelPart[] {
  return [parcel.lead, ...parcel.siblings];
}
