/** Answers given to requests with an Idempotency-Key. */
import { sql } from 'kysely';
import { json } from './columns.ts';
import type { Row } from './database.ts';
import type { Trx } from './pool.ts';

/** Makes requests with one key wait for each other until the transaction ends, and gives the answer that was given before. */
export async function answerBefore(trx: Trx, keyId: string, key: string): Promise<Row<'idempotency'> | undefined> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`idempotency ${keyId} ${key}`}, 7))`.execute(trx);
  return trx.selectFrom('idempotency').selectAll().where('key_id', '=', keyId).where('key', '=', key).executeTakeFirst();
}

export async function keepAnswer(trx: Trx, answer: { keyId: string; key: string; requestHash: string; status: number; response: unknown }): Promise<void> {
  await trx.insertInto('idempotency').values({
    key_id: answer.keyId, key: answer.key, request_hash: answer.requestHash, status: answer.status, response: json(answer.response),
  }).execute();
}
