/** What may be told beside a bank file. */
import { z } from 'zod';
import { currencyCode } from '../agreement-body.ts';

export const bankFileOptions = z.strictObject({
  format: z.enum(['csv', 'camt053', 'mt940'], { error: 'must be csv, camt053 or mt940; without it the first bytes tell' }).optional(),
  currency: currencyCode.optional(),
  account: z.string().trim().min(1).max(64).optional(),
  dryRun: z.boolean().optional(),
});
