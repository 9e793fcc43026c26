/** Reports of mail servers on mails that we sent by SMTP: receipts like those of any provider. */
import { dsnOf, type ArrivedMail } from '../../channels/dsn.ts';
import { attemptById } from '../../db/attempts.ts';
import type { RegisterContext } from '../person-lock.ts';
import { applyReceipt, type ReceiptOutcome } from './receipts.ts';

/**
 * Enters the report in a mail; `noReport` when the mail is none, so that it is read as a person's. Nobody signs reports:
 * the attempt's id, which only the mail itself carried, is what makes one believed, and it speaks of that mail alone.
 */
export async function receiveDsn(ctx: RegisterContext, mail: ArrivedMail): Promise<ReceiptOutcome | 'noReport'> {
  const report = dsnOf(mail);
  if (report === null) return 'noReport';
  const { status, errorCode } = report;
  for (const attemptId of report.attemptIds) {
    const attempt = await attemptById(ctx.db, attemptId);
    if (attempt?.provider !== 'smtp') continue;
    return applyReceipt(ctx, {
      // A report has no id that a mail server repeats; the same word about the same mail is the same report.
      provider: 'smtp', eventId: `dsn:${attempt.id}:${status}:${errorCode ?? ''}`, attemptId: attempt.id, status, ...(errorCode === undefined ? {} : { errorCode }),
    });
  }
  ctx.log.info({ status, errorCode }, 'a report on a mail that is none of ours');
  return 'unmatched';
}
