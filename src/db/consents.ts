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

/**
 * Adds contact points behind those that are there, in their order, or channels to the ones that are; the ids in the order
 * of the points given. The person is locked.
 */
export async function addContactPoints(trx: Trx, owner: { creditorId: string; personId: string }, points: readonly ToldContactPoint[], newId: () => string): Promise<string[]> {
  const keyOf = ({ kind, value }: Pick<ToldContactPoint, 'kind' | 'value'>): string => `${kind} ${value}`;
  // A statement may touch a row only once: what is told of one point in several entries is put together first.
  const merged = [...Map.groupBy(points, keyOf).values()].flatMap(([first, ...others]) => (first === undefined ? [] : [{
    ...first, channels: [...new Set([first, ...others].flatMap(({ channels }) => channels))], role: [first, ...others].findLast(({ role }) => role !== null)?.role ?? null,
  }]));
  const rows = await trx.insertInto('contact_point').values((eb) => merged.map((point, index) => ({
    id: newId(), creditor_id: owner.creditorId, person_id: owner.personId, kind: point.kind, value: point.value, channels: [...point.channels], role: point.role,
    position: eb.selectFrom('contact_point').select(sql<number>`coalesce(max(position), 0) + ${index + 1}::int`.as('next')).where('person_id', '=', owner.personId),
  }))).onConflict((conflict) => conflict.columns(['person_id', 'kind', 'value']).doUpdateSet({
    channels: sql<ConsentChannel[]>`(select array_agg(distinct channel order by channel) from unnest(contact_point.channels || excluded.channels) as told(channel))`,
    role: sql<string | null>`coalesce(excluded.role, contact_point.role)`,
  })).returning(['id', 'kind', 'value']).execute();
  const ids = new Map(rows.map((row) => [keyOf(row), row.id]));
  return points.map((point) => ids.get(keyOf(point)) ?? '');
}

/** The consent in force by `contact point channel`; what was never told is not in it. */
export async function consentsInForce(db: Db | Trx, personId: string): Promise<Map<string, ConsentState>> {
  const rows = await db.selectFrom('consent').innerJoin('contact_point', 'contact_point.id', 'contact_point_id').distinctOn(['contact_point_id', 'channel'])
    .select(['contact_point_id', 'channel', 'state']).where('person_id', '=', personId)
    .orderBy('contact_point_id').orderBy('channel').orderBy('seq', 'desc').execute();
  return new Map(rows.map((row) => [`${row.contact_point_id} ${row.channel}`, row.state]));
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

export async function insertConsents(trx: Trx, consents: readonly NewConsent[]): Promise<void> {
  await trx.insertInto('consent').values(consents.map((consent) => ({
    id: consent.id, contact_point_id: consent.contactPointId, channel: consent.channel, state: consent.state,
    evidence: json(consent.evidence), at: instant(consent.at), seq: consent.seq,
  }))).execute();
}
