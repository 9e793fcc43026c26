/** What we hold about a person at one creditor, whole and in plain words: the right of access. Other creditors do not show in it. */
import { agreementsOfPerson } from '../db/agreements.ts';
import { agreementsOwedBeside } from '../db/co-debtors.ts';
import type { AgreementRow, Row } from '../db/database.ts';
import { disputesWithFile } from '../db/dispute-files.ts';
import { erasureOf } from '../db/erasure.ts';
import { stopsOf } from '../db/identities.ts';
import { pastContactsOf } from '../db/past-contacts.ts';
import { consentsOfPerson, inboundOfPerson, linksOfPerson, messagesOfPerson, pointsOfPerson, recordsOfAgreement, triesOfPerson } from '../db/person-records.ts';
import type { PersonRow } from '../db/persons.ts';
import { repliesOfPerson } from '../db/replies.ts';
import type { Trx } from '../db/pool.ts';
import { viewOf } from '../domain/view.ts';
import type { Actor } from './actor.ts';
import { resolvePerson, underLockOf } from './person-by-ref.ts';
import type { RegisterContext } from './person-lock.ts';
import { toPaymentAnswer } from './payment.ts';
import { loadState } from './rebuild.ts';
import { readTimeline } from './timeline.ts';

type Exported = Readonly<Record<string, unknown>>;

/** Instants RFC 3339 in UTC, amounts in minor units. */
export interface PersonExport {
  readonly exportedAt: string;
  readonly person: Exported;
  readonly contactPoints: readonly Exported[];
  readonly stops: readonly Exported[];
  readonly agreements: readonly Exported[];
  /** Agreements of others that this person owes beside them; of the others themselves nothing is said. */
  readonly owedBeside: readonly Exported[];
  /** The person's own pages, and every try to open one; a token is a key, not data. */
  readonly pages: { readonly links: readonly Exported[]; readonly tries: readonly Exported[] };
  readonly contacts: { readonly messages: readonly Exported[]; readonly received: readonly Exported[]; readonly replies: readonly Exported[]; readonly imported: readonly Exported[] };
}

/** Everything, read under the person's lock, so that it is of one moment. */
export async function exportPerson(ctx: RegisterContext, actor: Actor, ref: string): Promise<PersonExport> {
  const { id } = await resolvePerson(ctx, actor, ref);
  return underLockOf(ctx, id, async ({ trx, now }, person) => ({
    exportedAt: text(now),
    person: await personPart(trx, person),
    contactPoints: await pointsPart(trx, id),
    stops: (await stopsOf(trx, person.identity_id)).filter((stop) => stop.creditor_id === null || stop.creditor_id === person.creditor_id)
      .map((stop) => ({ on: stop.kind, at: text(stop.at), ...(isOwn(stop, person) ? { evidence: stop.evidence } : {}) })),
    agreements: await inOrder(await agreementsOfPerson(trx, id), (row) => agreementPart(trx, row)),
    owedBeside: (await agreementsOwedBeside(trx, id)).map((row) => ({ id: row.id, externalId: row.external_id, phase: row.phase })),
    pages: {
      links: (await linksOfPerson(trx, id)).map((row) => ({ kind: row.kind, agreementId: row.agreement_id, messageId: row.attempt_id, createdAt: text(row.created_at), expiresAt: text(row.expires_at) })),
      tries: (await triesOfPerson(trx, id)).map((row) => ({ factor: row.factor, passed: row.passed, at: text(row.at_wall) })),
    },
    contacts: {
      messages: (await messagesOfPerson(trx, id)).map(messagePart),
      received: (await inboundOfPerson(trx, id)).map(({ provider, at, status, payload }) => ({ provider, at: text(at), status, content: payload })),
      // What each was taken to mean, and what came of it.
      replies: (await repliesOfPerson(trx, id)).map((row) => ({
        id: row.id, agreementId: row.agreement_id, channel: row.channel, at: text(row.at), content: row.body, class: row.class, confidence: row.confidence, date: row.said_date, time: row.said_time,
        amountMinor: row.amount_minor, did: row.did, state: row.state, note: row.note,
      })),
      imported: (await pastContactsOf(trx, id)).map((row) => ({
        externalId: row.external_id, agreementId: row.agreement_id, channel: row.channel, direction: row.direction, at: text(row.at), kind: row.conversation ? 'conversation' : 'attempt',
        purpose: row.purpose, outcome: row.outcome, note: row.note, importedAt: text(row.imported_at), importedBy: row.imported_by,
      })),
    },
  }));
}

function text(at: number): string {
  return new Date(at).toISOString();
}

function optional(at: number | null): string | null {
  return at === null ? null : text(at);
}

async function inOrder<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const one of list) done.push(await work(one));
  return done;
}

/** What another creditor has in its hands about a stop is not shown at this one. */
function isOwn(stop: Row<'stop'>, person: PersonRow): boolean {
  return stop.creditor_id === person.creditor_id || stop.evidence['creditorId'] === person.creditor_id;
}

async function personPart(trx: Trx, person: PersonRow): Promise<Exported> {
  const erasure = await erasureOf(trx, person.id);
  return {
    id: person.id, creditorId: person.creditor_id, externalId: person.external_id, type: person.type, name: person.name, language: person.language,
    nationalId: person.national_id, address: person.address, zone: person.zone, confirmedAt: optional(person.confirmed_at),
    erasure: erasure === undefined ? null : { at: text(erasure.at), by: erasure.done_by, reason: erasure.reason },
  };
}

async function pointsPart(trx: Trx, personId: string): Promise<Exported[]> {
  const consents = Map.groupBy(await consentsOfPerson(trx, personId), (consent) => consent.contact_point_id);
  return (await pointsOfPerson(trx, personId)).map((point) => ({
    id: point.id, kind: point.kind, value: point.value, channels: point.channels, role: point.role, health: point.health,
    consents: (consents.get(point.id) ?? []).map(({ channel, state, at, evidence }) => ({ channel, state, at: text(at), evidence })),
  }));
}

function messagePart(row: Awaited<ReturnType<typeof messagesOfPerson>>[number]): Exported {
  return {
    id: row.id, agreementIds: row.agreements, contactPointId: row.contact_point_id, channel: row.channel, purpose: row.purpose, state: row.state, reason: row.reason,
    template: `${row.template} ${row.locale} version ${row.template_version}`, claimedAt: text(row.claimed_at), begunAt: optional(row.begun_at), endedAt: optional(row.ended_at),
    receipt: row.receipt, receiptAt: optional(row.receipt_at), content: row.rendered, place: row.place,
  };
}

async function agreementPart(trx: Trx, row: AgreementRow): Promise<Exported> {
  const view = viewOf((await loadState(trx, row.id)).state);
  const { payments, unmatched, promises, disputes, callbacks, calls, notes, cases, approvals, surveys, waits, proposals, acceptances, overrides } = await recordsOfAgreement(trx, row.id);
  const withFile = await disputesWithFile(trx, row.id);
  return {
    id: row.id, kind: row.kind, externalId: row.external_id, agreedIn: row.agreed_in, batch: row.batch, phase: row.phase, loggedAt: text(row.logged_at), agreedOn: row.agreed_on, currency: row.currency, debt: row.debt,
    balanceMinor: view.balanceMinor, creditMinor: view.creditMinor, paidMinor: view.paidMinor,
    instalments: [...view.superseded, ...view.instalments].map(({ number, version, dueOn, amountMinor, paidMinor }) => ({ number, version, dueOn, amountMinor, paidMinor })),
    payments: payments.map(toPaymentAnswer),
    unmatchedPayments: unmatched.map((one) => ({ at: text(one.at), reason: one.reason, told: one.payload })),
    promises: promises.map((one) => ({ amountMinor: one.amount_minor, dueOn: one.due_on, channel: one.channel, takenBy: one.taken_by, madeAt: text(one.made_at) })),
    disputes: disputes.map((one) => ({ reason: one.reason, text: one.text, openedAt: text(one.opened_at), outcome: one.outcome, note: one.note, resolvedAt: optional(one.resolved_at), ...(withFile.has(one.id) ? { file: true } : {}) })),
    callbacks: callbacks.map((one) => ({ from: text(one.from_at), until: text(one.until_at), state: one.state, outcome: one.outcome, note: one.note, bookedAt: text(one.booked_at) })),
    calls: calls.map((one) => ({ channel: one.channel, at: text(one.at), outcome: one.outcome, note: one.note, madeBy: one.made_by })),
    acceptedOffers: acceptances.map((one) => ({
      kind: one.kind, version: one.version, acceptedBy: one.accepted_by, channel: one.channel, at: text(one.accepted_at), text: one.text_shown, textHash: one.text_hash,
    })),
    plansBeyondLimits: overrides.map((one) => ({ version: one.version, bounds: one.bounds, at: text(one.at), reason: one.reason })),
    notes: notes.map(({ fact_id: fact, note }) => ({ fact, note })),
    preLegalCases: cases.map((one) => ({
      number: one.number, state: one.state, overdueMinor: one.overdue_minor, reason: one.reason, openedAt: text(one.opened_at), closedAt: optional(one.closed_at),
      approvals: approvals.filter((approval) => approval.case_id === one.id).map((approval) => ({ by: approval.approved_by, at: text(approval.at), note: approval.note })),
    })),
    surveys: surveys.map((one) => ({ state: one.state, score: one.score, comment: one.comment, createdAt: text(one.created_at), answeredAt: optional(one.answered_at) })),
    waits: waits.map((one) => ({ medium: one.medium, since: text(one.since), comesAt: text(one.comes_at), channels: one.channels, purpose: one.purpose })),
    strategyProposals: proposals.map((one) => ({
      from: one.from_strategy, to: one.to_strategy, segment: one.segment, facts: one.facts, score: one.score, state: one.state, proposedAt: text(one.proposed_at), decidedAt: optional(one.decided_at),
    })),
    timeline: await readTimeline(trx, row.id),
  };
}
