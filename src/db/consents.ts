/** Contact points as they are told to us, and the consent for each of their channels with its evidence. */
import { sql } from 'kysely';
import { instant, json } from './columns.ts';
import type { ConsentChannel, ConsentState } from './database.ts';
import type { Db, Trx } from './pool.ts';

export interface ToldContactPoint {
  readonly kind: 'phone' | 'email';
  /** E.164, or an address in lower case. */
  readonly value: string;
  readonly channels: readonly ConsentChannel[];
  readonly role: string | null;
}

/** Adds a contact point behind those that are there, or channels to the one that is; returns its id. */
export async function addContactPoint(trx: Trx, owner: { creditorId: string; personId: string }, point: ToldContactPoint, newId: string): Promise<string> {
  const row = await trx.insertInto('contact_point').values((eb) => ({
    id: newId, creditor_id: owner.creditorId, person_id: owner.personId, kind: point.kind, value: point.value, channels: [...point.channels], role: point.role,
    position: eb.selectFrom('contact_point').select(sql<number>`coalesce(max(position), 0) + 1`.as('next')).where('person_id', '=', owner.personId),
  })).onConflict((conflict) => conflict.columns(['person_id', 'kind', 'value']).doUpdateSet({
    channels: sql<ConsentChannel[]>`(select array_agg(distinct channel order by channel) from unnest(contact_point.channels || excluded.channels) as told(channel))`,
    role: sql<string | null>`coalesce(excluded.role, contact_point.role)`,
  })).returning('id').executeTakeFirstOrThrow();
  return row.id;
}

/** The consent in force for a channel of a contact point; null when nothing was ever told. */
export async function consentInForce(db: Db | Trx, contactPointId: string, channel: ConsentChannel): Promise<ConsentState | null> {
  const row = await db.selectFrom('consent').select('state').where('contact_point_id', '=', contactPointId).where('channel', '=', channel)
    .orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return row?.state ?? null;
}

export interface NewConsent {
  readonly id: string;
  readonly contactPointId: string;
  readonly channel: ConsentChannel;
  readonly state: ConsentState;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly at: number;
  readonly seq: number;
}

export async function insertConsent(trx: Trx, consent: NewConsent): Promise<void> {
  await trx.insertInto('consent').values({
    id: consent.id, contact_point_id: consent.contactPointId, channel: consent.channel, state: consent.state,
    evidence: json(consent.evidence), at: instant(consent.at), seq: consent.seq,
  }).execute();
}
