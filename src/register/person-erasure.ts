/**
 * Erasure of a person's data at one creditor. Money and evidence stay without the person in them; the timelines never held
 * any personal text, so their chains go on and still verify. While an agreement is open the data is needed to follow it: the
 * right to erasure does not reach it, and an order to erase in spite of that has to say why and ends the agreement.
 */
import { z } from 'zod';
import { agreementsOfPerson } from '../db/agreements.ts';
import { agreementsOwedBeside } from '../db/co-debtors.ts';
import { consentsInForce, insertConsents } from '../db/consents.ts';
import { contactPointsOf } from '../db/contact-points.ts';
import type { AgreementRow, ConsentChannel, PersonAddress } from '../db/database.ts';
import { erasureOf, forgetIdentity, KEPT_REGION, noteErasure, takeAway, type ErasureRow } from '../db/erasure.ts';
import type { PersonRow } from '../db/persons.ts';
import { closeProposal, openProposalOf } from '../db/segments.ts';
import { AppError } from '../errors.ts';
import type { Actor } from './actor.ts';
import { plainText } from './agreement-body.ts';
import { cancelUnder } from './cancellation.ts';
import { resolvePerson, underLockOf } from './person-by-ref.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { appendTimeline } from './timeline.ts';

export const erasureBody = z.strictObject({
  /** Ends open agreements instead of refusing. */
  cancelOpen: z.boolean().default(false),
  /** Why; kept as evidence, so it must name nobody. */
  reason: plainText(200).optional(),
}).refine(({ cancelOpen, reason }) => !cancelOpen || reason !== undefined, { path: ['reason'], message: 'is needed when open agreements are ended' });
export type ErasureBody = z.output<typeof erasureBody>;

/** What was done; the same again answers the first time's. */
export interface ErasureAnswer {
  readonly personId: string;
  readonly creditorId: string;
  readonly erasedAt: string;
  /** false: it had been done before. */
  readonly created: boolean;
  /** External ids of the agreements that were open and were ended. */
  readonly cancelledAgreements: readonly string[];
  /** Rows from which something was taken, by table. */
  readonly erased: Readonly<Record<string, number>>;
}

/** Erases; ERR_STATE while an agreement is open, unless the body says that it ends. */
export async function erasePerson(ctx: RegisterContext, actor: Actor, ref: string, body: ErasureBody): Promise<ErasureAnswer> {
  const { id } = await resolvePerson(ctx, actor, ref);
  return underLockOf(ctx, id, (lock, person) => eraseUnder(lock, ctx, actor, person, body));
}

/** `erasePerson` under the held lock of the person. */
export async function eraseUnder(lock: PersonLock, ctx: RegisterContext, actor: Actor, person: PersonRow, body: ErasureBody): Promise<ErasureAnswer> {
  const { id } = person;
  const before = await erasureOf(lock.trx, id);
  if (before !== undefined) return answerOf(before, false, []);
  const agreements = await agreementsOfPerson(lock.trx, id);
  const open = agreements.filter(isOpen);
  // Of what somebody else owes first, an order to erase ends nothing: the person is no longer reached about it, that is all.
  const beside = (await agreementsOwedBeside(lock.trx, id)).filter(isOpen);
  if (open.length + beside.length > 0 && !body.cancelOpen) throw stillOpen([...open, ...beside]);
  for (const agreement of open) await cancelUnder(lock, ctx, agreement.id, { reason: 'erasure' }, { by: actor.id, tell: 'workflow', factId: `cancelled/erasure-${id}` });
  await denyEverything(lock, ctx, person);
  const erased = await takeAway(lock.trx, {
    personId: id, creditorId: person.creditor_id, identityId: person.identity_id, agreementIds: agreements.map((agreement) => agreement.id), keptAddress: keptOf(person.address),
  });
  for (const agreement of agreements) {
    await note(lock, agreement);
    await withdrawProposal(lock, agreement.id);
  }
  const row: ErasureRow = { person_id: id, creditor_id: person.creditor_id, at: lock.now, done_by: actor.id, reason: body.reason ?? null, erased };
  await noteErasure(lock.trx, row);
  await forgetIdentity(lock.trx, person.identity_id);
  return answerOf(row, true, open.map((agreement) => agreement.external_id));
}

function answerOf(row: ErasureRow, created: boolean, cancelledAgreements: readonly string[]): ErasureAnswer {
  return { personId: row.person_id, creditorId: row.creditor_id, erasedAt: new Date(row.at).toISOString(), created, cancelledAgreements, erased: row.erased };
}

/** While it is, the data is needed to follow it. */
function isOpen({ phase }: Pick<AgreementRow, 'phase'>): boolean {
  return phase !== 'settled' && phase !== 'closed';
}

function stillOpen(open: readonly AgreementRow[]): AppError {
  const named = open.slice(0, 5).map((agreement) => agreement.external_id).join(', ');
  return new AppError('ERR_STATE', `${open.length === 1 ? 'An agreement is' : `${open.length} agreements are`} open (${named}): the data is needed while the debt is followed. Settle or cancel first; `
    + 'or, when the law asks for it all the same, erase with --cancel-open --reason <why>, which ends what is open.');
}

/** A claim that is under way sees the denial when it begins: nothing leaves any more. */
async function denyEverything(lock: PersonLock, ctx: RegisterContext, person: PersonRow): Promise<void> {
  const inForce = await consentsInForce(lock.trx, person.id);
  const reaches = (await contactPointsOf(lock.trx, person.id)).flatMap(({ id, channels }) => channels.map((channel): { contactPointId: string; channel: ConsentChannel } => ({ contactPointId: id, channel })))
    .filter(({ contactPointId, channel }) => inForce.get(`${contactPointId} ${channel}`) !== 'denied');
  if (reaches.length === 0) return;
  const seqs = await lock.nextSeqs(reaches.length);
  await insertConsents(lock.trx, reaches.map((reach, index) => ({ ...reach, id: ctx.newId(), state: 'denied' as const, evidence: { source: 'erasure' }, at: lock.now, seq: seqs[index] ?? 0 })));
}

/** Its facts and score are numbers of the money that stays; nobody decides about the person any more. */
async function withdrawProposal(lock: PersonLock, agreementId: string): Promise<void> {
  const open = await openProposalOf(lock.trx, agreementId);
  if (open !== undefined) await closeProposal(lock.trx, open.id, { state: 'withdrawn', by: 'erasure', at: lock.now });
}

const REGION_CODE = new RegExp(KEPT_REGION);

/** Country and region, by which the lawfulness of past contacts is judged. */
function keptOf(address: PersonAddress | null): PersonAddress | null {
  const kept = {
    ...(address?.country === undefined ? {} : { country: address.country }),
    ...(address?.region !== undefined && REGION_CODE.test(address.region) ? { region: address.region } : {}),
  };
  return Object.keys(kept).length === 0 ? null : kept;
}

async function note(lock: PersonLock, agreement: AgreementRow): Promise<void> {
  await appendTimeline(lock.trx, agreement.id, {
    at: lock.now, kind: 'personErased',
    text: {
      es: 'Datos personales eliminados; se conservan los registros de dinero y de contactos, sin la persona.',
      en: 'Personal data erased; the records of money and contacts stay, without the person.',
    },
  });
}
