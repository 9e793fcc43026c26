/** An agreement of a file with what was paid on it before: logged and booked together. */
import { paymentsByExternalIds } from '../../db/payments.ts';
import type { Trx } from '../../db/pool.ts';
import type { AppError } from '../../errors.ts';
import { logAgreement } from '../agreement-log.ts';
import type { PaymentBody } from '../payment.ts';
import { readAgreement, type Place, type ReadAgreement } from './agreement-rows.ts';
import type { ImportWork, ItemReader } from './item.ts';
import { asKnown, reflect } from '../source/reflect.ts';
import { paidExternalId } from './paid.ts';

export const readAgreementItem: ItemReader = (work, lines) => {
  const read = readAgreement(work.file, work.creditor.country, lines);
  if ('errors' in read) return read;
  let place = read.placeOf(['externalId']);
  return {
    enter: async (within) => {
      place = read.placeOf(['externalId']);
      const known = work.file.source_id === null ? null : await asKnown(within, read.body);
      const { created, booked } = await logAgreement(within, work.actor, read.body, {
        evidence: read.evidence, paid: (trx) => paymentsOf(trx, work, read),
        onPaid: (index) => {
          place = { line: read.paid[index]?.line ?? place.line, column: 'paid' };
        },
      });
      const changed = work.file.source_id !== null && await reflect(within, work.file.source_id, read.body, known);
      return created || booked > 0 || changed;
    },
    errorsOf: (error) => errorsOf(error, read, place),
  };
};

/** The money is not in our hands: whoever collected before us did. The day is not told, so it is that of the first import. */
async function paymentsOf(trx: Trx, { file }: ImportWork, { body, paid }: ReadAgreement): Promise<PaymentBody[]> {
  const ids = paid.map(({ instalment }) => paidExternalId(body.externalId, instalment));
  const known = await paymentsByExternalIds(trx, body.creditorId, ids);
  return paid.map(({ amountMinor, instalment }, index) => {
    const externalId = ids[index] ?? '';
    return { externalId, amountMinor, currency: body.currency, paidAt: known.get(externalId)?.paid_at ?? file.created_at, method: 'other', instalment, collectedBy: 'creditor' };
  });
}

function errorsOf(error: AppError, read: ReadAgreement, place: Place): { line: number; column: string; reason: string }[] {
  if (error.errors.length === 0 || place.column === 'paid') return [{ ...place, reason: error.message }];
  return error.errors.map(({ path, message }) => ({ ...read.placeOf(path.split('.')), reason: message }));
}
