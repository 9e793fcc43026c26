/** A dispute opened on the page, with a file if the person has one; what the file is, its bytes say. */
import { disputeById, openDisputesOf } from '../../db/disputes.ts';
import { disputeFileOf, insertDisputeFile, type DisputeFileRow } from '../../db/dispute-files.ts';
import { AppError } from '../../errors.ts';
import type { Actor } from '../actor.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { openDisputeUnder, type DisputeBody } from '../dispute.ts';
import type { RegisterContext } from '../person-lock.ts';
import { madeBefore } from '../request.ts';
import { resolveAgreement } from '../resolve.ts';

/** Bytes of a file, at most; the table holds to it too. */
export const MOST_FILE_BYTES = 5_000_000;

/** By their first bytes. */
const SIGNATURES: readonly (readonly [DisputeFileRow['media_type'], readonly number[]])[] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]], ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]], ['image/jpeg', [0xff, 0xd8, 0xff]],
];

/** What kind of file it is; null for a kind that is not taken. */
export function mediaTypeOf(bytes: Uint8Array): DisputeFileRow['media_type'] | null {
  return SIGNATURES.find(([, start]) => start.every((byte, index) => bytes[index] === byte))?.[0] ?? null;
}

/** Opens the dispute; the same `once` again changes nothing, and while one of the agreement is open no second is. ERR_BODY for a file that is not taken. */
export async function disputeOnPage(ctx: RegisterContext, agreementId: string, given: DisputeBody & { readonly file: Buffer | null; readonly once: string }): Promise<void> {
  const { file, once, ...body } = given;
  const mediaType = file === null ? null : mediaTypeOf(file);
  if (file !== null && (mediaType === null || file.length > MOST_FILE_BYTES)) throw new AppError('ERR_BODY', undefined, { errors: [{ path: 'file', message: 'must be a PDF, JPEG or PNG of at most 5 MB' }] });
  const factId = `disputed/page-${once}`;
  await underAgreementLock(ctx, agreementId, async (lock, row) => {
    if ((await madeBefore(lock, row.id, factId, 'disputed')) !== undefined) return;
    if ((await openDisputesOf(lock.trx, row.id)).length > 0) throw new AppError('ERR_STATE', 'A dispute of this agreement is open already.');
    const { dispute } = await openDisputeUnder(lock, ctx, row.id, body, { by: 'debtor', tell: 'workflow', factId });
    if (file !== null && mediaType !== null) await insertDisputeFile(lock.trx, { disputeId: dispute.id, mediaType, bytes: file, at: lock.now });
  });
}

export interface DisputeFile {
  readonly mediaType: DisputeFileRow['media_type'];
  readonly bytes: Buffer;
}

/** The file of a dispute, for whoever works on it; ERR_NOT_FOUND when there is none or the actor may not see the agreement. */
export async function readDisputeFile(ctx: RegisterContext, actor: Actor, ref: string, disputeId: string): Promise<DisputeFile> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const file = (await disputeById(ctx.db, id, disputeId)) === undefined ? undefined : await disputeFileOf(ctx.db, disputeId);
  if (file === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such file.');
  return { mediaType: file.media_type, bytes: file.bytes };
}
