/** From what stands in an address to the agreement, or to the debt that has none yet: its id, `creditor/externalId`, or its workflow's id. */
import { z } from 'zod';
import { agreementByExternalId, agreementById } from '../db/agreements.ts';
import type { AgreementRow } from '../db/database.ts';
import type { FollowedKind } from '../domain/agreement.ts';
import { AppError } from '../errors.ts';
import { requireVisible, type Actor } from './actor.ts';
import { followedBy } from '../../workflows/contract.ts';
import type { RegisterContext } from './person-lock.ts';

const uuid = z.uuid();

/** The agreement, as long as the actor may see it; ERR_NOT_FOUND otherwise. An id may also be a debt's: what is done to an agreement is done to it alike. */
export async function resolveAgreement(ctx: Pick<RegisterContext, 'db'>, actor: Actor, ref: string): Promise<AgreementRow> {
  return visible(actor, await find(ctx, ref, 'agreement'), 'agreement');
}

/** The agreement, or the debt, and never the other; ERR_NOT_FOUND otherwise. */
export async function resolveKind(ctx: Pick<RegisterContext, 'db'>, actor: Actor, ref: string, kind: FollowedKind): Promise<AgreementRow> {
  const row = await find(ctx, ref, kind);
  return visible(actor, row?.kind === kind ? row : undefined, kind);
}

function visible(actor: Actor, row: AgreementRow | undefined, kind: FollowedKind): AgreementRow {
  if (row === undefined) throw new AppError('ERR_NOT_FOUND', `There is no such ${kind}.`);
  requireVisible(actor, row.creditor_id);
  return row;
}

async function find({ db }: Pick<RegisterContext, 'db'>, ref: string, kind: FollowedKind): Promise<AgreementRow | undefined> {
  if (uuid.safeParse(ref).success) return agreementById(db, ref.toLowerCase());
  const named = followedBy(ref);
  if (named !== null) return agreementByExternalId(db, named.creditorId, named.externalId, named.kind);
  const [creditorId, externalId, ...rest] = ref.split('/');
  if (creditorId === undefined || externalId === undefined || rest.length > 0) return undefined;
  return agreementByExternalId(db, creditorId, externalId, kind);
}
