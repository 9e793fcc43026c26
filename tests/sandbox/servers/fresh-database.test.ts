import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FreshDatabase } from '../../setup/database.ts';
import { freshDatabase } from '../../setup/database.ts';

let first: FreshDatabase;
let second: FreshDatabase;

beforeAll(async () => {
  [first, second] = await Promise.all([freshDatabase(), freshDatabase()]);
});

afterAll(async () => {
  await Promise.all([first.drop(), second.drop()]);
});

async function rows(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

test('two test files never see each other: each database is its own copy', async () => {
  await rows(first.url, 'CREATE TABLE mine (n int)');
  expect(await rows(second.url, `SELECT 1 FROM pg_tables WHERE tablename = 'mine'`)).toEqual([]);
});

test('the database is a real PostgreSQL 18, migrated', async () => {
  const [version] = await rows(first.url, 'SHOW server_version_num');
  expect(version).toMatchObject({ server_version_num: expect.stringMatching(/^18/) });
  expect(await rows(first.url, `SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1`)).toHaveLength(1);
});
