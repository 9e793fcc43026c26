/** Phones and addresses of a person at one creditor, with the consent in force for each channel. */
import { sql } from 'kysely';
import type { ConsentChannel, ConsentState, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type ContactPointHealth = Row<'contact_point'>['health'];

export interface ContactPoint {
  readonly id: string;
  readonly kind: 'phone' | 'email';
  readonly value: string;
  readonly channels: readonly ConsentChannel[];
  readonly health: ContactPointHealth;
  /** The last row of each channel; a channel without one is unknown, which is no consent. */
  readonly consent: Readonly<Partial<Record<ConsentChannel, ConsentState>>>;
}

/** In the person's order of preference. */
export async function contactPointsOf(db: Db | Trx, personId: string): Promise<ContactPoint[]> {
  const { rows } = await sql<ContactPoint>`
    select point.id, point.kind, point.value, point.channels, point.health,
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
