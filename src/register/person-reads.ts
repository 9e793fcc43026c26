/** People as the API shows them: at one creditor, with the ways to reach them and the consent in force for each. */
import { contactPointsOf, type ContactPoint } from '../db/contact-points.ts';
import { personRows, type PersonRow } from '../db/persons.ts';
import { requireVisible, type Actor } from './actor.ts';
import { pageOf, positionOf, type Page, type PageQuery } from './page.ts';
import type { RegisterContext } from './person-lock.ts';

export interface PersonAnswer {
  readonly id: string;
  readonly creditorId: string;
  readonly externalId: string;
  readonly type: PersonRow['type'];
  readonly name: string;
  readonly language: string;
  /** null: not known, so no contact. */
  readonly zone: string | null;
  readonly contactPoints: readonly ContactPoint[];
}

export interface PersonQuery extends PageQuery {
  readonly creditorId?: string | undefined;
  /** Part of the name or of the external id. */
  readonly q?: string | undefined;
}

/** People by id; a creditor's key sees its own. The national id is not shown. */
export async function listPersons(ctx: RegisterContext, actor: Actor, query: PersonQuery): Promise<Page<PersonAnswer>> {
  const { limit, cursor, creditorId, q } = query;
  if (creditorId !== undefined) requireVisible(actor, creditorId);
  const rows = await personRows(ctx.db, { creditorId: creditorId ?? actor.creditorId, q }, { limit: limit + 1, after: positionOf(cursor)?.id });
  const points = new Map<string, readonly ContactPoint[]>();
  for (const row of rows.slice(0, limit)) points.set(row.id, await contactPointsOf(ctx.db, row.id));
  // The list is ordered by id alone; the instant of a position means nothing here.
  return pageOf(rows, limit, (row) => ({ at: 0, id: row.id }), (row) => ({
    id: row.id, creditorId: row.creditor_id, externalId: row.external_id, type: row.type, name: row.name, language: row.language, zone: row.zone,
    contactPoints: points.get(row.id) ?? [],
  }));
}
