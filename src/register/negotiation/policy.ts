/** The creditor's policy on new plans and promises: its settings as the API takes them, and what counts where it says nothing. */
import { z } from 'zod';
import { creditorById } from '../../db/creditors.ts';
import type { CreditorSettings } from '../../db/database.ts';
import type { Db, Trx } from '../../db/pool.ts';
import { NEGOTIATION_POLICY, type NegotiationPolicy } from '../../domain/negotiation-policy.ts';
import { PROMISE_LIMITS, type PromiseLimits } from '../../domain/promise-limits.ts';
import { AppError } from '../../errors.ts';
import { currencyCode } from '../agreement-body.ts';

const days = z.int().min(0).max(3_660);

/** `settings.negotiation` of a creditor; a field left out has its default. */
export const negotiationSettings = z.strictObject({
  /** By days past due, the band of the most days that are reached counts; whole percent. */
  maxDiscountPercent: z.array(z.strictObject({ fromDays: days, percent: z.int().min(0).max(100) })).max(20)
    .refine((bands) => new Set(bands.map(({ fromDays }) => fromDays)).size === bands.length, 'must name each fromDays once').optional(),
  maxExtensionDays: z.int().min(0).max(366).optional(),
  minInstalmentMinor: z.record(currencyCode, z.int('must be an integer of minor units').positive('must be more than 0')).optional(),
  maxInstalments: z.int().min(1).max(120).optional(),
  firstDueWithinDays: z.int().min(0).max(366).optional(),
  coolDownDays: days.optional(),
  maxRenegotiations: z.int().min(0).max(100).optional(),
});

/** The policy of these settings, defaults filled in; what currencies it does not name have their default. */
export function policyOf({ negotiation = {} }: CreditorSettings): NegotiationPolicy {
  return { ...NEGOTIATION_POLICY, ...negotiation, minInstalmentMinor: { ...NEGOTIATION_POLICY.minInstalmentMinor, ...negotiation.minInstalmentMinor } };
}

export function promiseLimitsOf({ promiseLimits }: CreditorSettings): PromiseLimits {
  return { maxDaysAhead: promiseLimits?.maxDaysAhead ?? PROMISE_LIMITS.maxDaysAhead, maxInARow: promiseLimits?.maxInARow ?? PROMISE_LIMITS.maxInARow };
}

export async function settingsOf(db: Db | Trx, creditorId: string): Promise<CreditorSettings> {
  const creditor = await creditorById(db, creditorId);
  if (creditor === undefined) throw new AppError('ERR_INTERNAL');
  return creditor.settings;
}
