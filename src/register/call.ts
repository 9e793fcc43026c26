/** Calls, visits and letters that people made, and what came of them. */
import { z } from 'zod';
import { agreementById, agreementsOfPerson, siblingsOf } from '../db/agreements.ts';
import { callById, changeCallOutcome, insertCall, type CallRow } from '../db/calls.ts';
import { contactPointsOf } from '../db/contact-points.ts';
import type { AgreementRow } from '../db/database.ts';
import { confirmPerson } from '../db/persons.ts';
import type { CallOutcomeName } from '../domain/agreement.ts';
import { dueCalls } from '../domain/decide.ts';
import { DAY } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import { requireVisible, type Actor } from './actor.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { resolveAgreement } from './agreement-reads.ts';
import { callablePhones } from './call-law.ts';
import { openDisputeUnder } from './dispute.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { makePromiseUnder, promiseBody } from './promise.ts';
import { loadStates } from './rebuild.ts';
import { quarantinePoint } from './sending/contact-health.ts';
import { wordsOf, type StepRule } from './sending/rules.ts';
import type { EntryText } from './timeline.ts';

/** Why a call step of another agreement is answered. */
const COVERED_BY: StepRule = 'one-call';

/** Contact - response, as contract.md section 4 has the tree. */
export const OUTCOME_TREE = {
  noContact: ['noAnswer', 'busy', 'voicemail', 'outOfService', 'wrongNumber'],
  thirdParty: ['messageLeft', 'noLongerLivesHere', 'refusesMessage'],
  rightParty: ['talked', 'promise', 'paid', 'partialPayment', 'refuses', 'cannotPay', 'dispute', 'callLater', 'hungUp', 'insolvency'],
  deceased: ['deceased'],
} as const satisfies Record<string, readonly CallOutcomeName[]>;

export type OutcomeBranch = keyof typeof OUTCOME_TREE;

const outcomeName = z.enum([...OUTCOME_TREE.noContact, ...OUTCOME_TREE.thirdParty, ...OUTCOME_TREE.rightParty, ...OUTCOME_TREE.deceased]);

/** The branch of the tree in which an outcome stands. */
export function branchOf(outcome: CallOutcomeName): OutcomeBranch {
  const branches: readonly OutcomeBranch[] = ['noContact', 'thirdParty', 'rightParty'];
  return branches.find((branch) => (OUTCOME_TREE[branch] as readonly CallOutcomeName[]).includes(outcome)) ?? 'deceased';
}

/** A conversation with the right party counts as one in law; every outcome counts as an attempt. */
export function isConversation(outcome: CallOutcomeName): boolean {
  return branchOf(outcome) === 'rightParty';
}

const outcomeFields = {
  outcome: outcomeName,
  promise: promiseBody.omit({ channel: true }).optional(),
  note: z.string().trim().min(1).max(2_000).optional(),
};
const ONLY_A_PROMISE = { path: ['promise'], message: 'goes only with the outcome promise' };

/** `POST /v1/callbacks/{id}/outcome` and `POST /v1/calls/{id}/outcome`. */
export const outcomeBody = z.strictObject(outcomeFields).refine((body) => body.promise === undefined || body.outcome === 'promise', ONLY_A_PROMISE);
export type OutcomeBody = z.infer<typeof outcomeBody>;

/** `POST /v1/calls`: a contact that a person made; `agreementId` may also be `creditor/externalId`. */
export const callBody = z.strictObject({
  ...outcomeFields,
  agreementId: z.string().min(1).max(200),
  channel: z.enum(['call', 'visit', 'letter']),
  at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
}).refine((body) => body.promise === undefined || body.outcome === 'promise', ONLY_A_PROMISE);
export type CallBody = z.infer<typeof callBody>;

/** A call as the API answers it; instants RFC 3339 in UTC. */
export interface CallAnswer {
  readonly id: string;
  readonly agreementId: string;
  readonly channel: CallRow['channel'];
  readonly at: string;
  readonly outcome: CallOutcomeName;
  readonly contact: OutcomeBranch;
  readonly callbackId?: string;
  readonly note?: string;
}

function toCallAnswer(row: CallRow): CallAnswer {
  return {
    id: row.id, agreementId: row.agreement_id, channel: row.channel, at: new Date(row.at).toISOString(),
    outcome: row.outcome, contact: branchOf(row.outcome),
    ...(row.callback_id === null ? {} : { callbackId: row.callback_id }),
    ...(row.note === null ? {} : { note: row.note }),
  };
}

/** Clocks of other systems may run ahead of ours by this much. */
const AHEAD = 5 * 60_000;
/** How long collection rests after news of a death or an insolvency, until somebody has looked into it. */
const REVIEW_DAYS = 30;

/** Logs a contact that a person made outside a booked slot; ERR_BODY when it lies in the future. */
export async function logCall(ctx: RegisterContext, actor: Actor, body: CallBody): Promise<CallAnswer> {
  const agreement = await resolveAgreement(ctx, actor, body.agreementId);
  return underAgreementLock(ctx, agreement.id, async (lock) => {
    if (body.at > lock.now + AHEAD) throw new AppError('ERR_BODY', 'A contact is logged after it was made.', { errors: [{ path: 'at', message: 'must not be in the future' }] });
    const { agreementId: _ref, ...told } = body;
    return toCallAnswer(await recordCall(lock, ctx, actor, { ...told, agreementId: agreement.id, creditorId: agreement.creditor_id, callbackId: null }));
  });
}

/** A call made by a person, under the lock; `at` is epoch ms. */
export interface MadeCall extends OutcomeBody {
  readonly agreementId: string;
  readonly creditorId: string;
  readonly callbackId: string | null;
  readonly channel: CallRow['channel'];
  readonly at: number;
}

/** Writes the call, its fact, and what follows from the outcome: a promise, a dispute, a number that is wrong, a rest for review. */
export async function recordCall(lock: PersonLock, ctx: RegisterContext, actor: Actor, call: MadeCall): Promise<CallRow> {
  const id = ctx.newId();
  await insertCall(lock.trx, {
    id, creditor_id: call.creditorId, agreement_id: call.agreementId, identity_id: lock.identityId, callback_id: call.callbackId, channel: call.channel,
    at: call.at, outcome: call.outcome, conversation: isConversation(call.outcome), note: call.note ?? null, made_by: actor.id, seq: await lock.nextSeq(),
  });
  await tellOutcome(lock, ctx, id, call, `callOutcome/${id}`);
  if (call.channel === 'call') await coverSiblings(lock, ctx, id, call);
  await followOutcome(lock, ctx, actor, id, call);
  const row = await callById(lock.trx, id);
  if (row === undefined) throw new AppError('ERR_INTERNAL');
  return row;
}

async function tellOutcome(lock: PersonLock, ctx: RegisterContext, id: string, call: MadeCall, factId: string): Promise<void> {
  await recordFact(lock, ctx, call.agreementId, {
    id: factId, tell: 'workflow',
    body: { kind: 'callOutcome', call: id, ...(call.callbackId === null ? {} : { callback: call.callbackId }), channel: call.channel, outcome: call.outcome },
  });
}

/**
 * One call answers the call steps of every agreement of the person at this creditor that are due within the day: where a
 * week has room for one call, a second agreement would never get its own, and nobody is rung up twice about the same.
 */
async function coverSiblings(lock: PersonLock, ctx: RegisterContext, id: string, call: MadeCall): Promise<void> {
  const lead = await agreementById(lock.trx, call.agreementId);
  if (lead === undefined) return;
  const siblings = (await siblingsOf(lock.trx, lead.person_id)).filter((one) => one.id !== lead.id).map((one) => one.id);
  for (const { row, state } of await loadStates(lock.trx, siblings)) {
    const keys = dueCalls(state, lock.now, lock.now + DAY).map(({ key }) => key);
    if (keys.length === 0) continue;
    await recordFact(lock, ctx, row.id, {
      id: `callOutcome/${id}`, tell: 'workflow', body: { kind: 'callOutcome', call: id, channel: 'call', outcome: call.outcome },
      timeline: { text: { es: `Llamada por otro acuerdo con el mismo acreedor: ${call.outcome}.`, en: `Call about another agreement with the same creditor: ${call.outcome}.` } },
    });
    await recordFact(lock, ctx, row.id, {
      id: `coveredCall/${id}`, tell: 'workflow', body: { kind: 'stepResult', occurrences: keys, result: 'covered' },
      timeline: { channel: 'call', rules: [COVERED_BY], text: coveredText(keys) },
    });
  }
}

function coveredText(keys: readonly string[]): EntryText {
  const steps = [...new Set(keys.map((key) => key.split('/')[0] ?? key))].join(', ');
  const why = wordsOf(COVERED_BY);
  return {
    es: `Respondido por la llamada sobre otro acuerdo con el mismo acreedor (${steps}). ${why.es}`,
    en: `Answered by the call about another agreement with the same creditor (${steps}). ${why.en}`,
  };
}

async function followOutcome(lock: PersonLock, ctx: RegisterContext, actor: Actor, callId: string, call: MadeCall): Promise<void> {
  const row = await agreementById(lock.trx, call.agreementId);
  if (row === undefined) throw new AppError('ERR_NOT_FOUND');
  if (isConversation(call.outcome)) await confirmPerson(lock.trx, row.person_id, call.at);
  switch (call.outcome) {
    case 'promise':
      if (call.promise === undefined) return;
      await makePromiseUnder(lock, ctx, row.id, { ...call.promise, channel: call.channel }, { by: actor.id, tell: 'workflow', factId: `promiseMade/${callId}` });
      return;
    case 'dispute':
      // One dispute is enough to stop collection, and nothing is collected of what is over.
      if (row.disputed || row.phase === 'closed') return;
      await openDisputeUnder(lock, ctx, row.id, { reason: 'call' }, { by: actor.id, tell: 'workflow', factId: `disputed/${callId}` });
      return;
    case 'wrongNumber':
    case 'noLongerLivesHere':
      if (call.channel === 'call') await quarantine(lock, row);
      return;
    case 'deceased':
    case 'insolvency':
      await rest(lock, ctx, callId, call.outcome, row);
      return;
    default:
  }
}

/** The number that the agent was given, the preferred one that may be called: nobody is written or called there until somebody has looked. */
async function quarantine(lock: PersonLock, row: AgreementRow): Promise<void> {
  const [called] = callablePhones(await contactPointsOf(lock.trx, row.person_id));
  if (called !== undefined) await quarantinePoint(lock, called.id);
}

/**
 * Neither a relative's word nor the debtor's own is evidence: collection of everything this creditor has with the person
 * rests, and an agent looks for the document that makes it a stop. A longer hold stays.
 */
async function rest(lock: PersonLock, ctx: RegisterContext, callId: string, reason: 'deceased' | 'insolvency', row: AgreementRow): Promise<void> {
  const until = lock.now + REVIEW_DAYS * DAY;
  const open = (await agreementsOfPerson(lock.trx, row.person_id)).filter((one) => one.phase !== 'settled' && one.phase !== 'closed');
  for (const agreement of open) {
    if ((agreement.hold_until ?? 0) >= until) continue;
    await recordFact(lock, ctx, agreement.id, {
      id: `held/${callId}`, tell: 'workflow', body: { kind: 'held', until, reason },
      timeline: {
        outcome: 'review',
        text: {
          es: `Gestión en pausa ${REVIEW_DAYS} días: un gestor revisa lo informado en el contacto.`,
          en: `On hold for ${REVIEW_DAYS} days: an agent looks into what was told in the contact.`,
        },
      },
    });
  }
}

/** Corrects the outcome of a logged contact; the first stays in the timeline. The same outcome again changes nothing but the note. */
export async function setCallOutcome(ctx: RegisterContext, actor: Actor, callId: string, body: OutcomeBody): Promise<CallAnswer> {
  const found = await callById(ctx.db, callId);
  if (found === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such call.');
  requireVisible(actor, found.creditor_id);
  return underAgreementLock(ctx, found.agreement_id, async (lock) => {
    const row = (await callById(lock.trx, callId)) ?? found;
    await changeCallOutcome(lock.trx, callId, { outcome: body.outcome, conversation: isConversation(body.outcome), note: body.note });
    if (row.outcome !== body.outcome) {
      const call = { ...body, agreementId: row.agreement_id, creditorId: row.creditor_id, callbackId: row.callback_id, channel: row.channel, at: row.at };
      await tellOutcome(lock, ctx, callId, call, `callOutcome/${callId}/${await lock.nextSeq()}`);
      await followOutcome(lock, ctx, actor, callId, call);
    }
    return toCallAnswer((await callById(lock.trx, callId)) ?? row);
  });
}
