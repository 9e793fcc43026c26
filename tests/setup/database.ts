/** A database of its own for a test file, so that files run side by side and nothing has to be cleaned up in between. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { onServer } from './template-database.ts';

export interface FreshDatabase {
  readonly url: string;
  readonly name: string;
  /** Removes the database, disconnecting whoever still uses it. */
  drop(): Promise<void>;
}

const OBJECT_IN_USE = '55006';
const TRIES = 20;

/** Makes a new, migrated database; call it in beforeAll, and drop() in afterAll. `migrated: false` gives an empty one. */
export async function freshDatabase(options: { readonly migrated?: boolean } = {}): Promise<FreshDatabase> {
  const server = inject('postgresUrl');
  const template = options.migrated === false ? 'template1' : migratedTemplate();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await copy(server, name, template);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

function migratedTemplate(): string {
  const template = inject('template');
  if ('failure' in template) throw new Error(`the migrations failed, so there is no database to test on: ${template.failure}`);
  return template.name;
}

/** Two copies at the same moment can collide on the template; the second waits. */
async function copy(server: string, name: string, template: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
    } catch (error) {
      if (attempt >= TRIES || !(error instanceof pg.DatabaseError) || error.code !== OBJECT_IN_USE) throw error;
      await sleep(50);
    }
  }
}
