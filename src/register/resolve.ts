/** From what stands in an address to the agreement: its id, or `creditor/externalId`. */
import { z } from 'zod';
import { agreementByExternalId, agreementById } from '../db/agreements.ts';
import type { AgreementRow } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { requireVisible, type Actor } from './actor.ts';
import type { RegisterContext } from './person-lock.ts';

const uuid = z.uuid();

/** The agreement, as long as the actor may see it; ERR_NOT_FOUND otherwise. */
export async function resolveAgreement(ctx: Pick<RegisterContext, 'db'>, actor: Actor, ref: string): Promise<AgreementRow> {
  const row = await find(ctx, ref);
  if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such agreement.');
  requireVisible(actor, row.creditor_id);
  return row;
}

async function find({ db }: Pick<RegisterContext, 'db'>, ref: string): Promise<AgreementRow | undefined> {
  if (uuid.safeParse(ref).success) return agreementById(db, ref.toLowerCase());
  const [creditorId, externalId, ...rest] = ref.split('/');
  if (creditorId === undefined || externalId === undefined || rest.length > 0) return undefined;
  return agreementByExternalId(db, creditorId, externalId);
}
