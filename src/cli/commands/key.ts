/** `pacto key add|revoke|list`. The secret of a new key is shown once. */
import { AppError } from '../../errors.ts';
import type { Role } from '../../register/actor.ts';
import { addKey, listKeys, revokeKey } from '../../register/key.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { withRegister } from '../installation.ts';
import { minute, table, type Output } from '../output.ts';

export const ROLES = ['admin', 'system', 'agent', 'supervisor', 'lawyer', 'creditor'] as const satisfies readonly Role[];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface NewKeyOptions {
  readonly role: string;
  readonly creditor?: string | undefined;
  readonly name?: string | undefined;
}

export async function addApiKey(flags: GlobalFlags, output: Output, options: NewKeyOptions): Promise<void> {
  const role = ROLES.find((name) => name === options.role);
  if (role === undefined) throw new AppError('ERR_USAGE', `--role must be one of ${ROLES.join(', ')}.`);
  const added = await withRegister(flags, (ctx) => addKey(ctx, { name: options.name ?? role, role, creditorId: options.creditor ?? null }));
  output.answer(added, [added.key, `id ${added.id}: shown this once, only its hash is kept.`]);
}

export async function revokeApiKey(flags: GlobalFlags, output: Output, id: string): Promise<void> {
  if (!UUID.test(id)) throw new AppError('ERR_USAGE', '<id> must be the id of a key (pacto key list), not the key itself.');
  await withRegister(flags, (ctx) => revokeKey(ctx, id));
  output.answer({ id, revoked: true }, [`${id} is revoked.`]);
}

export async function listApiKeys(flags: GlobalFlags, output: Output): Promise<void> {
  const keys = await withRegister(flags, listKeys);
  output.answer(keys, table(keys.map((key) =>
    [key.id, key.role, key.creditorId ?? 'all creditors', key.name, key.revokedAt === null ? `since ${minute(key.createdAt)}` : `revoked ${minute(key.revokedAt)}`])));
}
