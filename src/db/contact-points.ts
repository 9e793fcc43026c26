/** Phones and addresses of a person at one creditor, with the consent in force for each channel. */
import { sql } from 'kysely';
import { instant } from './columns.ts';
import type { ConsentChannel, ConsentState, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type ContactPointHealth = Row<'contact_point'>['health'];

export interface ContactPoint {
  readonly id: string;
  readonly kind: 'phone' | 'email';
  readonly value: string;
  readonly channels: readonly ConsentChannel[];
  readonly health: ContactPointHealth;
  /** false: the source that told it no longer does; kept as evidence, not used. */
  readonly given: boolean;
  /** The last row of each channel; a channel without one is unknown, which is no consent. */
  readonly consent: Readonly<Partial<Record<ConsentChannel, ConsentState>>>;
}

/** In the person's order of preference. */
export async function contactPointsOf(db: Db | Trx, personId: string): Promise<ContactPoint[]> {
  const { rows } = await sql<ContactPoint>`
    select point.id, point.kind, point.value, point.channels, point.health, point.ungiven_at is null as given,
           coalesce((select jsonb_object_agg(last.channel, last.state)
                       from (select distinct on (channel) channel, state from consent
                              where contact_point_id = point.id order by channel, seq desc) last), '{}') as consent
      from contact_point point where point.person_id = ${personId}::uuid
     order by point.position, point.id`.execute(db);
  return rows;
}

export async function contactPointById(db: Db | Trx, id: string): Promise<Row<'contact_point'> | undefined> {
  return db.selectFrom('contact_point').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Keeps what was reckoned of a point; whoever changes it says so in the timeline (src/register/sending/contact-health.ts). */
export async function setHealth(trx: Trx, id: string, health: ContactPointHealth): Promise<void> {
  await trx.updateTable('contact_point').set({ health }).where('id', '=', id).execute();
}

/**
 * What a source's delivery says of a person's points: those in it are given (again), those that this source gave and no
 * longer has are not. How many of each kind changed; the person is locked.
 */
export async function reflectPoints(trx: Trx, told: { personId: string; sourceId: string; points: readonly Pick<ContactPoint, 'kind' | 'value'>[]; at: number }): Promise<{ ungiven: number; back: number }> {
  const keys = told.points.map(({ kind, value }) => `${kind} ${value}`);
  const { rows } = await sql<{ back: boolean }>`
    update contact_point set ungiven_at = null, source_id = coalesce(source_id, ${told.sourceId}::uuid)
     where person_id = ${told.personId}::uuid and kind || ' ' || value = any(${keys}::text[]) and (ungiven_at is not null or source_id is null)
    returning (select before.ungiven_at is not null from contact_point before where before.id = contact_point.id) as back`.execute(trx);
  const gone = await sql`
    update contact_point set ungiven_at = ${instant(told.at)}
     where person_id = ${told.personId}::uuid and source_id = ${told.sourceId}::uuid and ungiven_at is null and not kind || ' ' || value = any(${keys}::text[])`.execute(trx);
  return { ungiven: Number(gone.numAffectedRows ?? 0n), back: rows.filter(({ back }) => back).length };
}
