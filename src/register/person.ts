/** People as agreements tell of them: who they are at the creditor, which identity they share, how they may be reached. */
import { addContactPoints, consentsInForce, insertConsents, type NewConsent } from '../db/consents.ts';
import type { CreditorRow } from '../db/creditors.ts';
import type { ConsentState } from '../db/database.ts';
import { identityByHash, insertIdentity, lockIdentities, lockIdentity, lockIdentityOfHash, setHash } from '../db/identities.ts';
import { changePerson, insertPerson, movePerson, personByExternalId, type PersonDetails, type PersonRow } from '../db/persons.ts';
import type { Trx } from '../db/pool.ts';
import { AppError } from '../errors.ts';
import type { PersonBody } from './agreement-body.ts';
import { hashedId } from './hashed-id.ts';
import { lookForOthers } from './identify/look.ts';
import { lockHeld, type PersonLock, type RegisterContext } from './person-lock.ts';
import { zoneOfAddress } from './place.ts';

export interface TakenIn {
  readonly lock: PersonLock;
  readonly personId: string;
  /** false: the person was known before. */
  readonly created: boolean;
  /** Known at no creditor before: there is nothing to look up about them, such as stops. */
  readonly unknown: boolean;
  /** The person's own zone; null: not known, so no contact. */
  readonly zone: string | null;
}

/** Who told it, for the evidence of a consent. */
export interface ToldBy {
  readonly actorId: string;
  readonly agreement: string;
  /** What else is known of where the contact point of this index was told, such as the line of a file. */
  readonly evidence?: ((index: number) => Readonly<Record<string, unknown>>) | undefined;
}

/**
 * Locks the person of a body, makes them when they are new, and enters what is told of them. Two makers at once:
 * one of them gets a violation of person_creditor_id_external_id_key and looks again.
 */
export async function takeInPerson(ctx: RegisterContext, trx: Trx, creditor: CreditorRow, body: PersonBody, by: ToldBy): Promise<TakenIn> {
  const hash = body.nationalId === undefined ? null : ctx.identityHash(body.nationalId.country, hashedId(body.nationalId));
  const known = await lockKnown(trx, creditor.id, body.externalId, hash);
  if (known !== undefined && known.erased_at !== null) throw new AppError('ERR_ERASED', undefined, { errors: [{ path: 'person.externalId', message: 'names a person whose data was erased' }] });
  const details = detailsOf(body, creditor.country, known);
  const owner = known === undefined
    ? await makePerson(ctx, trx, { creditorId: creditor.id, externalId: body.externalId, hash }, details)
    : { personId: known.id, identityId: await identityFor(ctx, trx, known, hash), unknown: false };
  if (known !== undefined) await changePerson(trx, known.id, details);
  const lock = await lockHeld(ctx, trx, owner.identityId);
  const created = known === undefined;
  const toldMore = await takeInContactPoints(ctx, lock, { creditorId: creditor.id, personId: owner.personId, created }, body, by);
  if (toldMore || known?.name !== details.name || (body.nationalId !== undefined && known.national_id?.value !== body.nationalId.value)) await lookForOthers(ctx, lock, { ...details, id: owner.personId, created });
  return { lock, personId: owner.personId, created, unknown: owner.unknown, zone: details.zone };
}

/** The person with its identity locked, as it stands under the lock. */
async function lockKnown(trx: Trx, creditorId: string, externalId: string, hash: string | null): Promise<PersonRow | undefined> {
  const found = await personByExternalId(trx, creditorId, externalId);
  if (found === undefined) return undefined;
  // The identity that has the id told now may be the one to move to: both at once, in order.
  const standing = hash === null ? undefined : await identityByHash(trx, hash);
  await lockIdentities(trx, standing === undefined ? [found.identity_id] : [found.identity_id, standing]);
  const now = await personByExternalId(trx, creditorId, externalId);
  if (now !== undefined && now.identity_id !== found.identity_id) await lockIdentity(trx, now.identity_id);
  return now;
}

async function makePerson(
  ctx: RegisterContext, trx: Trx, person: { creditorId: string; externalId: string; hash: string | null }, details: PersonDetails,
): Promise<{ personId: string; identityId: string; unknown: boolean }> {
  const fresh = ctx.newId();
  const identityId = person.hash === null ? fresh : await lockIdentityOfHash(trx, person.hash, fresh);
  if (person.hash === null) await insertIdentity(trx, fresh);
  const personId = ctx.newId();
  await insertPerson(trx, { ...details, id: personId, creditorId: person.creditorId, externalId: person.externalId, identityId });
  return { personId, identityId, unknown: identityId === fresh };
}

/** The identity of a known person once their national id is told: theirs, or the one that has that id already. */
async function identityFor(ctx: RegisterContext, trx: Trx, person: PersonRow, hash: string | null): Promise<string> {
  const from = person.identity_id;
  if (hash === null) return from;
  const standing = await identityByHash(trx, hash);
  if (standing === from) return from;
  if (standing === undefined && (await setHash(trx, from, hash))) return from;
  const to = await lockIdentityOfHash(trx, hash, ctx.newId());
  await movePerson(trx, person.id, from, to);
  return to;
}

/** New values replace the old ones; what is not told stays. */
function detailsOf(body: PersonBody, country: string, known: PersonRow | undefined): PersonDetails {
  const address = body.address ?? known?.address ?? null;
  const place = address?.country ?? country;
  const derived = body.address === undefined && known !== undefined ? known.zone : zoneOfAddress(address, country);
  return {
    type: body.type, name: body.name,
    language: body.language ?? known?.language ?? defaultLanguage(place),
    nationalId: body.nationalId ?? known?.national_id ?? null,
    address, zone: body.zone ?? derived,
  };
}

function defaultLanguage(country: string): string {
  return country === 'BR' ? 'pt-BR' : `es-${country}`;
}

/** A new agreement takes a number too, and often a payment from before. */
const AHEAD = 3;

/** Whether anything new was told. In two questions and three orders for all points together: an import has three a person, and each trip to the database costs as much as the work. */
async function takeInContactPoints(
  ctx: RegisterContext, lock: PersonLock, owner: { creditorId: string; personId: string; created: boolean }, body: PersonBody, by: ToldBy,
): Promise<boolean> {
  const ids = await addContactPoints(lock.trx, owner, body.contactPoints.map(({ role, ...point }) => ({ ...point, role: role ?? null })), () => ctx.newId());
  const inForce = owner.created ? new Map<string, ConsentState>() : await consentsInForce(lock.trx, owner.personId);
  const told: Omit<NewConsent, 'id' | 'at' | 'seq'>[] = [];
  for (const [index, point] of body.contactPoints.entries()) {
    const contactPointId = ids[index] ?? '';
    for (const channel of point.channels) {
      const key = `${contactPointId} ${channel}`;
      if (!changes(inForce.get(key) ?? null, point.consent)) continue;
      inForce.set(key, point.consent);
      told.push({
        contactPointId, channel, state: point.consent,
        evidence: { by: by.actorId, source: 'agreement', agreement: by.agreement, ...by.evidence?.(index) },
      });
    }
  }
  if (told.length === 0) return false;
  const seqs = await lock.nextSeqs(told.length, AHEAD);
  await insertConsents(lock.trx, told.map((consent, index) => ({ ...consent, id: ctx.newId(), at: lock.now, seq: seqs[index] ?? 0 })));
  return true;
}

/** A denial stands: the data of an agreement that is sent again must not undo an opt-out. */
function changes(inForce: ConsentState | null, told: ConsentState): boolean {
  if (inForce === null) return true;
  return told !== inForce && told !== 'unknown' && inForce !== 'denied';
}
