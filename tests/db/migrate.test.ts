import { afterEach, expect, test } from 'vitest';
import { migrateToLatest, readMigrations } from '../../src/db/migrate.ts';
import { openDb } from '../../src/db/pool.ts';
import { createLog } from '../../src/observability/log.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';

const databases: FreshDatabase[] = [];
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

async function empty(): Promise<string> {
  const database = await freshDatabase({ migrated: false });
  databases.push(database);
  return database.url;
}

test('the first run applies every file in order, the next one none, and the tables are there', async () => {
  const url = await empty();
  const names = (await readMigrations()).map((file) => file.name);
  expect(names.length).toBeGreaterThan(0);
  expect(await migrateToLatest(url)).toEqual(names);
  expect(await migrateToLatest(url)).toEqual([]);
  const opened = openDb(url, { log: createLog({ level: 'silent', process: 'test' }), max: 1 });
  expect(await opened.db.selectFrom('clock').select('offset_ms').execute()).toEqual([{ offset_ms: 0 }]);
  await opened.close();
});

test('three at once: each file is applied by one of them', async () => {
  const url = await empty();
  const applied = await Promise.all([1, 2, 3].map(() => migrateToLatest(url)));
  expect(applied.flat()).toEqual((await readMigrations()).map((file) => file.name));
});

test('a file that was edited after it was applied is refused by name, whatever stands in it; line ends do not count', async () => {
  const url = await empty();
  const files = [{ name: '0001_first', text: 'create table one (id int);\n' }];
  await migrateToLatest(url, files);
  expect(await migrateToLatest(url, [{ name: '0001_first', text: 'create table one (id int);\r\n' }])).toEqual([]);
  const edited = [{ name: '0001_first', text: 'create table one (id bigint);\n' }, { name: '0002_second', text: 'create table two (id int);' }];
  await expect(migrateToLatest(url, edited)).rejects.toMatchObject({ code: 'ERR_MIGRATION_EDITED', message: expect.stringContaining('0001_first') });
});

test('a file that fails leaves nothing of itself', async () => {
  const url = await empty();
  const files = [{ name: '0001_first', text: 'create table one (id int); create table one (id int);' }];
  await expect(migrateToLatest(url, files)).rejects.toThrow('already exists');
  expect(await migrateToLatest(url, [{ name: '0001_first', text: 'create table one (id int);' }])).toEqual(['0001_first']);
});
