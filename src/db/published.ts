/** Whether the database answers, and whether anything is published in it. */
import type { Db } from './pool.ts';

/** Rejects when PostgreSQL does not answer or has not been migrated. */
export async function ping(db: Db): Promise<void> {
  await db.selectFrom('clock').select('id').executeTakeFirstOrThrow();
}

/** What of the shipped data is there. */
export async function published(db: Db): Promise<{ strategies: boolean; templates: boolean }> {
  const strategy = await db.selectFrom('strategy').select('id').limit(1).executeTakeFirst();
  const template = await db.selectFrom('template').select('key').limit(1).executeTakeFirst();
  return { strategies: strategy !== undefined, templates: template !== undefined };
}
