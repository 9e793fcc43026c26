/** API keys: random, hashed at rest, scoped by role and creditor. */
import { createHash, randomBytes } from 'node:crypto';
import { creditorById } from '../db/creditors.ts';
import { insertKey, keyRows, liveKey, revokeKeyRow, type KeyRow } from '../db/keys.ts';
import type { Db } from '../db/pool.ts';
import { AppError } from '../errors.ts';
import type { Actor, Role } from './actor.ts';
import type { RegisterContext } from './person-lock.ts';

const KEY_BYTES = 32;

/** A key without its secret; instants RFC 3339 in UTC, wall clock. */
export interface KeyAnswer {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly creditorId: string | null;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

export interface AddedKey extends KeyAnswer {
  /** What goes behind `Authorization: Bearer`; shown this once. */
  readonly key: string;
}

export interface NewKeyRequest {
  readonly name: string;
  readonly role: Role;
  /** null or absent: all creditors. */
  readonly creditorId?: string | null | undefined;
  /** For the sandbox, which knows its admin key beforehand; absent: made here. The same secret again changes nothing. */
  readonly secret?: string | undefined;
}

/** How a key is stored and looked up. The secret has 256 random bits, so a plain hash is enough. */
export function hashKey(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Adds a key and shows it this one time; ERR_NOT_FOUND for an unknown creditor, ERR_USAGE for a creditor's key without one. */
export async function addKey(ctx: Pick<RegisterContext, 'db' | 'newId'>, request: NewKeyRequest): Promise<AddedKey> {
  const creditorId = request.creditorId ?? null;
  if (request.role === 'creditor' && creditorId === null) throw new AppError('ERR_USAGE', 'A key of role creditor needs its creditor.');
  if (request.role === 'admin' && creditorId !== null) throw new AppError('ERR_USAGE', 'A key of role admin sees all creditors.');
  if (creditorId !== null && (await creditorById(ctx.db, creditorId)) === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such creditor.');
  const secret = request.secret ?? `pacto_${randomBytes(KEY_BYTES).toString('base64url')}`;
  const row = await insertKey(ctx.db, { id: ctx.newId(), name: request.name, role: request.role, creditorId, keyHash: hashKey(secret) });
  return { ...toKeyAnswer(row), key: secret };
}

/** Revokes a key at once; ERR_NOT_FOUND when there is none of this id. */
export async function revokeKey(ctx: Pick<RegisterContext, 'db'>, id: string): Promise<void> {
  if (!(await revokeKeyRow(ctx.db, id))) throw new AppError('ERR_NOT_FOUND', 'There is no such key.');
}

/** Every key, revoked ones too, oldest first. */
export async function listKeys(ctx: Pick<RegisterContext, 'db'>): Promise<KeyAnswer[]> {
  return (await keyRows(ctx.db)).map(toKeyAnswer);
}

/** Who a bearer is; null when the key is unknown or revoked. */
export async function authenticate(db: Db, bearer: string): Promise<Actor | null> {
  const row = await liveKey(db, hashKey(bearer));
  return row === undefined ? null : { id: row.id, role: row.role, creditorId: row.creditor_id };
}

function toKeyAnswer(row: KeyRow): KeyAnswer {
  return {
    id: row.id, name: row.name, role: row.role, creditorId: row.creditor_id, createdAt: new Date(row.created_wall).toISOString(),
    revokedAt: row.revoked_wall === null ? null : new Date(row.revoked_wall).toISOString(),
  };
}
