/** What a delivery leaves behind in the register: facts for the agreements it spoke of, and an entry in words. */
import { eventsOf } from '../../db/agreement-events.ts';
import type { AttemptPart, AttemptRow } from '../../db/attempts.ts';
import type { AgreementRow } from '../../db/database.ts';
import { undeliveredFacts } from '../../db/undelivered.ts';
import type { AgreementEvent, StepResult } from '../../domain/agreement.ts';
import type { MessageChannel } from '../../strategy/strategy.ts';
import { recordFact } from '../fact.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';
import { appendTimeline, type EntryText } from '../timeline.ts';
import type { Versions } from './gate.ts';
import type { Parcel } from './parcel.ts';
import { quotaWords, sentencesOf, wordsOf, type StepRule } from './rules.ts';

/** How a delivery ended, for the workflow that asked for it. `silenced`: a fact made it needless; `until` is epoch ms. */
export interface DeliveryOutcome {
  readonly result: 'sent' | 'deferred' | 'refused' | 'undeliverable' | 'unknown' | 'silenced';
  readonly until?: number;
  readonly events: readonly AgreementEvent[];
}

/** What a result speaks of: occurrence keys by agreement, the lead first. A survey has a life of its own and no facts here. */
export interface Spoken {
  readonly survey: boolean;
  readonly agreements: readonly { readonly agreementId: string; readonly leading: boolean; readonly keys: readonly string[] }[];
}

/** The leading agreement of a parcel: what a message that does not leave speaks of. */
export function spokenByLead({ lead, survey }: Parcel): Spoken {
  return { survey: survey !== null, agreements: [{ agreementId: lead.agreement.row.id, leading: true, keys: lead.occurrences.map(({ key }) => key) }] };
}

/** What an attempt speaks of, by its rows. */
export function spokenBy(attempt: Pick<AttemptRow, 'purpose'>, parts: readonly AttemptPart[]): Spoken {
  const keys = new Map<string, { leading: boolean; keys: string[] }>();
  for (const part of parts) {
    const known = keys.get(part.agreement_id) ?? { leading: part.leading, keys: [] };
    known.keys.push(part.occurrence);
    keys.set(part.agreement_id, known);
  }
  return { survey: attempt.purpose === 'survey', agreements: [...keys].map(([agreementId, one]) => ({ agreementId, ...one })) };
}

export interface StepOutcome {
  readonly result: Exclude<StepResult, 'covered' | 'skipped'>;
  readonly attempt?: string | undefined;
  readonly channel?: MessageChannel | undefined;
  readonly until?: number | undefined;
  readonly rules?: readonly string[] | undefined;
  readonly versions: Versions;
}

/** Why an agreement is spoken of in a message about another one. */
const COVERED_BY: StepRule = 'one-message';

const CHANNELS_ES = { sms: 'SMS', email: 'correo' } as const;
const CHANNELS_EN = { sms: 'SMS', email: 'e-mail' } as const;

/**
 * Records the result for every agreement it speaks of and returns the lead's facts. The lead hears it as `tell` says;
 * the others are covered by the lead's message and hear it through the outbox.
 */
export async function recordStep(
  lock: PersonLock, ctx: RegisterContext, spoken: Spoken, outcome: StepOutcome, tell: 'caller' | 'workflow',
): Promise<AgreementEvent[]> {
  const events: AgreementEvent[] = [];
  for (const { agreementId, leading, keys } of spoken.agreements) {
    if (spoken.survey) {
      await appendTimeline(lock.trx, agreementId, { at: lock.now, kind: 'surveyMessage', channel: outcome.channel, outcome: outcome.result, rules: outcome.rules, text: textOf(outcome, ['survey']) });
      continue;
    }
    const result: StepResult = leading ? outcome.result : 'covered';
    const event = await recordFact(lock, ctx, agreementId, {
      id: factId(outcome, keys, leading),
      body: {
        kind: 'stepResult', occurrences: keys, result,
        ...(outcome.attempt === undefined ? {} : { attempt: outcome.attempt }),
        ...(outcome.channel === undefined ? {} : { channel: outcome.channel }),
        ...(outcome.until === undefined || !leading ? {} : { until: outcome.until }),
        ...(outcome.rules === undefined || outcome.rules.length === 0 ? {} : { rules: outcome.rules }),
      },
      tell: leading ? tell : 'workflow',
      timeline: leading ? { text: textOf(outcome, stepsOf(keys)) } : { rules: [COVERED_BY], text: coveredText(outcome, stepsOf(keys)) },
    });
    if (leading) events.push(event);
  }
  return events;
}

/**
 * The same result recorded again (a retry after a lost answer) has the same id and changes nothing. All keys are in it:
 * named by the first alone, a duty that came due beside a notice put off to the same minute was never put off itself,
 * and its run asked again without an end (13,876 events in a minute).
 */
function factId({ result, attempt, until }: StepOutcome, keys: readonly string[], leading: boolean): string {
  if (attempt !== undefined) return `${leading ? 'step' : 'covered'}/${attempt}`;
  return [result, keys.join('+'), ...(until === undefined ? [] : [until])].join('/');
}

function stepsOf(keys: readonly string[]): string[] {
  return [...new Set(keys.map((key) => key.split('/')[0] ?? key))];
}

function textOf(outcome: StepOutcome, steps: readonly string[]): EntryText {
  const { channel, rules = [] } = outcome;
  const why = sentencesOf(rules);
  const quotas = quotaWords(rules, outcome.versions.policyVersion);
  const names = steps.join(', ');
  const until = outcome.until === undefined ? '' : new Date(outcome.until).toISOString().slice(0, 16).replace('T', ' ');
  const by = channel === undefined ? { es: '', en: '' } : { es: ` por ${CHANNELS_ES[channel]}`, en: ` by ${CHANNELS_EN[channel]}` };
  const heads: Record<StepOutcome['result'], EntryText> = {
    sent: { es: `Mensaje enviado${by.es} (${names}).`, en: `Message sent${by.en} (${names}).` },
    deferred: { es: `Mensaje aplazado hasta ${until} UTC (${names}).`, en: `Message put off until ${until} UTC (${names}).` },
    refused: { es: `Mensaje no permitido (${names}).`, en: `Message not permitted (${names}).` },
    undeliverable: { es: `Mensaje sin destino posible (${names}).`, en: `Message could not be delivered to anyone (${names}).` },
    unknown: { es: `Envío${by.es} sin respuesta del proveedor: no se repite (${names}).`, en: `The provider did not answer${by.en}: it is not sent again (${names}).` },
  };
  const head = heads[outcome.result];
  return { es: sentence(head.es, why.es, quotas.es, versionsEs(outcome.versions)), en: sentence(head.en, why.en, quotas.en, versionsEn(outcome.versions)) };
}

function coveredText({ channel, versions }: StepOutcome, steps: readonly string[]): EntryText {
  const names = steps.join(', ');
  const why = wordsOf(COVERED_BY);
  return {
    es: sentence(`Incluido en el mensaje${channel === undefined ? '' : ` por ${CHANNELS_ES[channel]}`} de otro acuerdo con el mismo acreedor (${names}).`, why.es, versionsEs(versions)),
    en: sentence(`Included in the ${channel === undefined ? '' : `${CHANNELS_EN[channel]} `}message about another agreement with the same creditor (${names}).`, why.en, versionsEn(versions)),
  };
}

function sentence(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function versionsEs(versions: Versions): string {
  return `Reglas ${versions.policyVersion}, feriados ${versions.calendarVersion}, husos ${versions.tzVersion}.`;
}

function versionsEn(versions: Versions): string {
  return `Rules ${versions.policyVersion}, holidays ${versions.calendarVersion}, zones ${versions.tzVersion}.`;
}

/** The versions an attempt was judged by. */
export function versionsOfAttempt(attempt: AttemptRow): Versions {
  return { policyVersion: attempt.policy_version, calendarVersion: attempt.calendar_version, tzVersion: attempt.tz_version };
}

/** What PostgreSQL knows and the run may not have heard: the results of these occurrences, and what still waits in the outbox. */
export async function knownFacts(lock: PersonLock, row: AgreementRow, keys: readonly string[]): Promise<AgreementEvent[]> {
  const results = (await eventsOf(lock.trx, row.id)).filter((event) => event.kind === 'stepResult' && event.occurrences.some((key) => keys.includes(key)));
  const facts = new Map([...results, ...(await undeliveredFacts(lock.trx, row))].map((event) => [event.id, event]));
  return [...facts.values()].sort((a, b) => a.seq - b.seq);
}
