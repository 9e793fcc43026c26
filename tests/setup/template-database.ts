/** The migrated template every test database is copied from: migrations run once a run, a copy takes 30 ms. */
import pg from 'pg';

/** Name of the migrated database, or the reason why there is none. */
export type Template = { readonly name: string } | { readonly failure: string };

const TEMPLATE = 'pacto_template';

/** Makes the template on a fresh server. */
export async function makeTemplate(serverUrl: string): Promise<Template> {
  await onServer(serverUrl, `CREATE DATABASE ${TEMPLATE}`);
  const url = new URL(serverUrl);
  url.pathname = `/${TEMPLATE}`;
  try {
    const { migrateToLatest } = await import('../../src/db/migrate.ts');
    await migrateToLatest(url.href);
    return { name: TEMPLATE };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Runs one statement on the server's own database over a connection of its own. */
export async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
