/** Published texts; a version never changes. */
import { instant, json } from './columns.ts';
import type { Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type TemplateRow = Row<'template'>;

/** The newest version for a locale: the very locale, else another of the same language; undefined when there is none. */
export async function templateFor(db: Db | Trx, key: string, locale: string): Promise<TemplateRow | undefined> {
  const rows = await db.selectFrom('template').selectAll().where('key', '=', key).orderBy('version', 'desc').orderBy('locale').execute();
  const language = locale.split('-')[0];
  return rows.find((row) => row.locale === locale) ?? rows.find((row) => row.locale.split('-')[0] === language);
}

/** One published version, or undefined. */
export async function templateVersion(db: Db | Trx, key: string, locale: string, version: number): Promise<TemplateRow | undefined> {
  return db.selectFrom('template').selectAll().where('key', '=', key).where('locale', '=', locale).where('version', '=', version).executeTakeFirst();
}

/** Stores a version that is new; false when it exists already. `publishedAt` is epoch ms. */
export async function insertTemplate(
  db: Db | Trx, template: { key: string; locale: string; version: number; body: Readonly<Record<string, unknown>> }, publishedAt: number,
): Promise<boolean> {
  const result = await db.insertInto('template').values({ ...template, body: json(template.body), published_at: instant(publishedAt) })
    .onConflict((conflict) => conflict.columns(['key', 'locale', 'version']).doNothing()).executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}
