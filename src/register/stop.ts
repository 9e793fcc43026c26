/** Stops: events after which a person may not be contacted, or only through somebody else; they hold at every creditor. */
import { z } from 'zod';
import { BASE } from '../contact-law/house.ts';
import { agreementsOfIdentity } from '../db/agreements.ts';
import { insertStop, stopsOf } from '../db/identities.ts';
import { personById } from '../db/persons.ts';
import { AppError } from '../errors.ts';
import { requireVisible, type Actor } from './actor.ts';
import { recordFact } from './fact.ts';
import { underLockOf } from './person-by-ref.ts';
import type { RegisterContext } from './person-lock.ts';

/** Told from outside: `paid` and `disputed` follow from facts of their own, `wrongNumber` is about a number, not the person. */
const STOPS = ['servedInSuit', 'insolvency', 'attorney', 'writtenCease', 'deceased', 'dataBlocked'] as const;

/** `POST /v1/persons/{id}/stops`; the evidence says where the document is found, it is never shown to another creditor. */
export const stopBody = z.strictObject({
  on: z.enum(STOPS),
  at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  evidence: z.string().trim().min(1).max(2_000),
});
export type StopBody = z.infer<typeof stopBody>;

/** A stop as the API answers it. */
export interface StopAnswer {
  readonly id: string;
  readonly on: string;
  readonly at: string;
  readonly permanent: boolean;
  /** Agreements of the asking creditor that it reaches; of others nothing is said. */
  readonly agreements: readonly string[];
}

/** Whether no later fact lifts a stop of this kind. */
export function isPermanentStop(kind: string): boolean {
  return (BASE.stops ?? []).some((rule) => rule.permanent && rule.on.some((on) => on === kind));
}

/**
 * Registers a stop for a person and tells every agreement of theirs, whichever creditor's: who is insolvent at one
 * creditor is so at all of them. A stop of the same kind that is in force already is given back unchanged.
 */
export async function registerStop(ctx: RegisterContext, actor: Actor, personId: string, body: StopBody): Promise<StopAnswer> {
  const person = await personById(ctx.db, personId);
  if (person === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such person.');
  requireVisible(actor, person.creditor_id);
  const permanent = isPermanentStop(body.on);
  return underLockOf(ctx, personId, async (lock, { identity_id: identityId }) => {
    const agreements = await agreementsOfIdentity(lock.trx, identityId, null);
    const own = agreements.filter((row) => row.creditor_id === person.creditor_id).map((row) => row.id);
    const known = (await stopsOf(lock.trx, identityId)).find((stop) => stop.kind === body.on && stop.creditor_id === null);
    if (known !== undefined) return { id: known.id, on: known.kind, at: new Date(known.at).toISOString(), permanent, agreements: own };
    const id = ctx.newId();
    await insertStop(lock.trx, {
      id, identity_id: identityId, person_id: personId, creditor_id: null, kind: body.on, at: body.at,
      evidence: { by: actor.id, creditorId: person.creditor_id, text: body.evidence }, seq: await lock.nextSeq(),
    });
    for (const row of agreements) {
      await recordFact(lock, ctx, row.id, { id: `stopRegistered/${id}`, body: { kind: 'stopRegistered', on: body.on, permanent }, tell: 'workflow' });
    }
    return { id, on: body.on, at: new Date(body.at).toISOString(), permanent, agreements: own };
  });
}
