/** Published texts; a version never changes. */
import { sql } from 'kysely';
import { instant, json } from './columns.ts';
import type { Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type TemplateRow = Row<'template'>;

export interface NewTemplate {
  readonly key: string;
  readonly locale: string;
  readonly version: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Who publishes what comes with a release. */
export const RELEASE = 'pacto';

/**
 * The version in force for a locale: the very locale, else the language's, else another of the same language; undefined when
 * there is none. A text of the installation's own comes before what a release brings, however new that is.
 */
export async function templateFor(db: Db | Trx, key: string, locale: string): Promise<TemplateRow | undefined> {
  const language = locale.split('-')[0] ?? locale;
  return db.selectFrom('template').selectAll().where('key', '=', key)
    .where((eb) => eb.or([eb('locale', 'in', [locale, language]), eb('locale', 'like', `${language.replace(/[\\%_]/g, '\\$&')}-%`)]))
    .orderBy(sql`case locale when ${locale} then 0 when ${language} then 1 else 2 end`).orderBy('locale')
    .orderBy(sql`published_by <> ${RELEASE}`, 'desc').orderBy('version', 'desc').limit(1).executeTakeFirst();
}

/** The newest version of this very locale, whoever published it. */
export async function newestTemplate(db: Db | Trx, key: string, locale: string): Promise<TemplateRow | undefined> {
  return db.selectFrom('template').selectAll().where('key', '=', key).where('locale', '=', locale).orderBy('version', 'desc').limit(1).executeTakeFirst();
}

/** One published version, or undefined. */
export async function templateVersion(db: Db | Trx, key: string, locale: string, version: number): Promise<TemplateRow | undefined> {
  return db.selectFrom('template').selectAll().where('key', '=', key).where('locale', '=', locale).where('version', '=', version).executeTakeFirst();
}

/** Stores a version that is new; false when it exists already. `publishedAt` is epoch ms. */
export async function insertTemplate(db: Db | Trx, { key, locale, version, body }: NewTemplate, publishedAt: number, publishedBy = RELEASE): Promise<boolean> {
  const result = await db.insertInto('template').values({ key, locale, version, body: json(body), published_at: instant(publishedAt), published_by: publishedBy })
    .onConflict((conflict) => conflict.columns(['key', 'locale', 'version']).doNothing()).executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Stores what a release brings; gives the versions that were there before, as they are stored. */
export async function insertReleased(db: Db | Trx, templates: readonly NewTemplate[], publishedAt: number): Promise<TemplateRow[]> {
  if (templates.length === 0) return [];
  const fresh = await db.insertInto('template')
    .values(templates.map(({ key, locale, version, body }) => ({ key, locale, version, body: json(body), published_at: instant(publishedAt), published_by: RELEASE })))
    .onConflict((conflict) => conflict.columns(['key', 'locale', 'version']).doNothing()).returning(['key', 'locale', 'version']).execute();
  if (fresh.length === templates.length) return [];
  const placed = new Set(fresh.map(nameOf));
  const told = new Set(templates.map(nameOf));
  const rows = await db.selectFrom('template').selectAll().where('key', 'in', [...new Set(templates.map(({ key }) => key))]).execute();
  return rows.filter((row) => told.has(nameOf(row)) && !placed.has(nameOf(row)));
}

function nameOf({ key, locale, version }: Pick<TemplateRow, 'key' | 'locale' | 'version'>): string {
  return `${key} ${locale} ${version}`;
}

export interface TemplatePlace {
  readonly key: string;
  readonly locale: string;
  readonly version: number;
}

/** By key, locale and version, after the last one seen. */
export async function templateRows(
  db: Db | Trx, filter: { key?: string | undefined; locale?: string | undefined }, page: { limit: number; after?: TemplatePlace | undefined },
): Promise<TemplateRow[]> {
  let query = db.selectFrom('template').selectAll();
  if (filter.key !== undefined) query = query.where('key', '=', filter.key);
  if (filter.locale !== undefined) query = query.where('locale', '=', filter.locale);
  if (page.after !== undefined) query = query.where(sql<boolean>`(key, locale, version) > (${page.after.key}, ${page.after.locale}, ${page.after.version})`);
  return query.orderBy('key').orderBy('locale').orderBy('version').limit(page.limit).execute();
}
