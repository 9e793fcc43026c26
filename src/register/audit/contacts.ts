/** The ledger of messages, judged from raw rows: twice, unlawful, after the payment, without an end. */
import { evaluate } from '../../contact-law/evaluate.ts';
import type { ContactCase, PastContact, PolicySet } from '../../contact-law/policy.ts';
import { referenceAnswer } from '../../contact-law/reference/answer.ts';
import { isStopEvent } from '../../contact-law/stop-event.ts';
import type { AuditedAttempt, AuditedPerson } from '../../db/audit.ts';
import type { PlaceInLaw } from '../../db/database.ts';
import { HOUR } from '../../domain/zone.ts';
import { placeInLaw } from '../sending/law-subject.ts';
import { speaksOfDebt } from './owed.ts';
import { mayHaveLeft, type PersonFile } from './person-file.ts';
import type { Finding } from './report.ts';

export interface ContactChecks {
  readonly policies: PolicySet;
  /** Business clock, epoch ms. */
  readonly now: number;
  /** Wall clock: what was touched later is not judged. */
  readonly settledWall: number;
}

/** Every check of one person's messages. */
export function checkContacts(file: PersonFile, checks: ContactChecks): Finding[] {
  const settled = file.attempts.filter((attempt) => attempt.touched_wall <= checks.settledWall);
  return [
    ...checkRepeats(file),
    ...settled.flatMap((attempt) => [...checkLaw(file, attempt, checks), ...checkPaid(file, attempt), ...checkEnd(attempt, checks)]),
  ];
}

function leadOf(attempt: AuditedAttempt): string | null {
  return (attempt.parts.find((part) => part.leading) ?? attempt.parts[0])?.agreement_id ?? null;
}

/** Two contacts of one occurrence, unless the delivery of the first had failed before the second began. */
function checkRepeats(file: PersonFile): Finding[] {
  const contacts = file.attempts.filter(mayHaveLeft).flatMap((attempt) => attempt.parts.map((part) => ({ attempt, part })));
  const occurrences = Map.groupBy(contacts, ({ part }) => `${part.agreement_id} ${part.occurrence}`);
  return [...occurrences.values()].flatMap((same) => same.flatMap(({ attempt, part }, index): Finding[] => {
    const before = same[index - 1]?.attempt;
    if (before === undefined || failedBefore(file, part.agreement_id, before, attempt)) return [];
    return [{ counter: 'duplicates', agreementId: part.agreement_id, detail: `${part.occurrence}: attempt ${attempt.id} after attempt ${before.id}, which had not failed` }];
  }));
}

function failedBefore(file: PersonFile, agreementId: string, before: AuditedAttempt, attempt: AuditedAttempt): boolean {
  if (before.state !== 'undeliverable') return false;
  const failure = file.agreements.get(agreementId)?.state.events.find((event) => event.kind === 'deliveryFailed' && event.attempt === before.id);
  // The life of a survey's messages is not among the agreement's facts.
  return failure === undefined ? before.purpose === 'survey' : failure.seq < (attempt.begin_seq ?? attempt.claim_seq);
}

/** Evaluated again as things stood when the call began, by the person's sequence. */
function checkLaw(file: PersonFile, attempt: AuditedAttempt, { policies }: ContactChecks): Finding[] {
  if (!mayHaveLeft(attempt)) return [];
  const { begun_at: begunAt, begin_seq: beginSeq } = attempt;
  const agreementId = leadOf(attempt);
  const unlawful = (rules: readonly string[]): Finding[] => [{ counter: 'unlawful', agreementId, detail: `attempt ${attempt.id} by ${attempt.channel}: ${rules.join(', ')}` }];
  const person = file.persons.get(attempt.person_id);
  if (begunAt === null || beginSeq === null || person === undefined) return unlawful(['no-begin']);
  const consents = consentsAt(file, attempt.person_id, beginSeq);
  const known = knownTo(file, attempt.person_id, beginSeq);
  const stops = file.stops.filter((stop) => stop.seq < beginSeq && known.stop(stop) && (stop.ended_at === null || stop.ended_at > begunAt) && (stop.creditor_id === null || stop.creditor_id === attempt.creditor_id));
  const contact: ContactCase = {
    ...placeAt(file, policies, attempt, person), now: begunAt, channel: attempt.channel, purpose: attempt.purpose, party: 'debtor',
    creditorType: person.creditorType, creditorId: attempt.creditor_id, history: historyBefore(file, attempt, beginSeq),
    stops: stops.flatMap((stop) => (isStopEvent(stop.kind) ? [{ on: stop.kind, at: stop.at }] : [])),
    authorisedChannels: [...new Set([...consents].flatMap(([key, state]) => (state === 'granted' ? channelOf(key) : [])))],
    ...(agreementId === null ? {} : { debtId: agreementId }),
  };
  const { decision, rules } = evaluate(policies, contact);
  if (decision !== 'allow') return unlawful(rules);
  // The engine that let it go would repeat its own mistake: the second opinion shares nothing with it.
  const second = referenceAnswer(contact, (calendar, date) => isHoliday(policies, calendar, date));
  if (second !== null && second.decision !== 'allow') return unlawful(second.rules.map((rule) => `${rule} (second opinion)`));
  return consents.get(`${attempt.contact_point_id} ${attempt.channel}`) === 'granted' ? [] : unlawful(['base-consent']);
}

function isHoliday({ calendars }: PolicySet, calendar: string, date: string): boolean | 'unknown' {
  const known = calendars[calendar];
  return known?.years.includes(Number(date.slice(0, 4))) === true ? known.dates.includes(date) : 'unknown';
}

/** The place that was known when the call began; the one known now where none was noted. */
function placeAt(file: PersonFile, policies: PolicySet, attempt: AuditedAttempt, person: AuditedPerson): PlaceInLaw {
  if (attempt.place !== null) return attempt.place;
  const country = file.agreements.get(leadOf(attempt) ?? '')?.row.country ?? person.country;
  return placeInLaw(policies, { country, zone: person.zone, address: person.address, phone: person.phone, type: person.type });
}

/** The consent in force for each `contact point channel` before a sequence number. */
function consentsAt(file: PersonFile, personId: string, seq: number): Map<string, string> {
  const inForce = file.consents.filter((consent) => consent.personId === personId && consent.seq < seq);
  return new Map(inForce.map((consent) => [`${consent.contactPointId} ${consent.channel}`, consent.state]));
}

function channelOf(key: string): ('sms' | 'email' | 'call')[] {
  const channel = key.split(' ')[1];
  return channel === 'sms' || channel === 'email' || channel === 'call' ? [channel] : [];
}

/** What the law could know of a person's other records at a sequence number: nothing of those that were joined later. */
function knownTo({ joins, agreements }: PersonFile, personId: string, seq: number): { person(id: string): boolean; agreement(id: string): boolean; stop(stop: PersonFile['stops'][number]): boolean } {
  const later = joins.filter((join) => join.joined_seq > seq);
  const person = (id: string): boolean => later.every(({ persons }) => persons.includes(id) === persons.includes(personId));
  return {
    person,
    agreement: (id) => person(agreements.get(id)?.row.person_id ?? personId),
    stop: (stop) => later.every(({ persons, stops }) => (stops.includes(stop.id) || (stop.person_id !== null && persons.includes(stop.person_id))) === persons.includes(personId)),
  };
}

function historyBefore(file: PersonFile, attempt: AuditedAttempt, beginSeq: number): PastContact[] {
  const known = knownTo(file, attempt.person_id, beginSeq);
  const messages = file.attempts.flatMap((past): PastContact[] => {
    if (past.id === attempt.id || !known.person(past.person_id) || !mayHaveLeft(past) || past.begin_seq === null || past.begun_at === null || past.begin_seq >= beginSeq) return [];
    const debts = [...new Set(past.parts.map((part) => part.agreement_id))];
    return [{ channel: past.channel, at: past.begun_at, kind: 'attempt', purpose: past.purpose, creditorId: past.creditor_id, ...(debts.length === 1 && debts[0] !== undefined ? { debtId: debts[0] } : {}) }];
  });
  const calls = file.calls.filter((call) => call.seq < beginSeq && known.agreement(call.agreement_id)).map((call): PastContact => ({
    channel: call.channel, at: call.at, kind: call.conversation ? 'conversation' : 'attempt', purpose: 'collection', creditorId: call.creditor_id, debtId: call.agreement_id,
  }));
  const imported = file.pastContacts.filter((past) => past.seq < beginSeq && known.person(past.person_id)).map((past): PastContact => ({
    channel: past.channel, at: past.at, kind: past.conversation ? 'conversation' : 'attempt', purpose: past.purpose, creditorId: past.creditor_id,
    ...(past.direction === 'in' ? { direction: past.direction } : {}), ...(past.agreement_id === null ? {} : { debtId: past.agreement_id }),
  }));
  return [...messages, ...calls, ...imported];
}

/** A message about instalments that a payment had closed before the call began. */
function checkPaid(file: PersonFile, attempt: AuditedAttempt): Finding[] {
  const { begin_seq: beginSeq, purpose } = attempt;
  if (beginSeq === null || attempt.state === 'rejected' || (purpose !== 'collection' && purpose !== 'preDueReminder')) return [];
  return attempt.parts.flatMap((part): Finding[] => {
    const agreement = file.agreements.get(part.agreement_id);
    if (agreement === undefined || speaksOfDebt(agreement.state, beginSeq, part.instalments)) return [];
    return [{ counter: 'contactedAfterPayment', agreementId: part.agreement_id, detail: `attempt ${attempt.id} (${part.occurrence}) began at ${beginSeq}, when instalments ${part.instalments.join(', ')} were paid` }];
  });
}

/** Past its validity and an hour, an attempt has ended one way or another. */
function checkEnd(attempt: AuditedAttempt, { now }: ContactChecks): Finding[] {
  const open = attempt.state === 'claimed' || attempt.state === 'calling';
  if (!open || attempt.valid_until + HOUR > now) return [];
  return [{ counter: 'lost', agreementId: leadOf(attempt), detail: `attempt ${attempt.id} is still ${attempt.state} after its validity` }];
}
