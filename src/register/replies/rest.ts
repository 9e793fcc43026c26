/** Collection rests because of what somebody wrote; it ends by itself, and a longer rest stays. */
import { businessDayAfter } from '../../contact-law/business-days.ts';
import type { AgreementRow } from '../../db/database.ts';
import { DAY, endOfLocalDay, localDate } from '../../domain/zone.ts';
import { holdUnder } from '../hold.ts';
import type { Done } from './done.ts';
import { requestOf, type Heard } from './heard.ts';
import { replySettingsOf } from './settings.ts';

/** As after a call that tells of a death (src/register/call.ts). */
const REVIEW_DAYS = 30;

async function restUntil(heard: Heard, row: AgreementRow, until: number, reason: string): Promise<void> {
  if ((row.hold_until ?? 0) >= until) return;
  await holdUnder(heard.lock, heard.ctx, row.id, { until, reason }, requestOf(heard, `held/${reason}`));
}

/** Says that it is paid: until the end of the last business day for a proof. */
export async function awaitProof(heard: Heard): Promise<Done> {
  const { proofDays } = replySettingsOf(heard.creditor.settings);
  for (const row of heard.spoken) {
    await restUntil(heard, row, endOfLocalDay(row.zone, businessDayAfter(row.country, localDate(row.zone, heard.lock.now), proofDays)), 'proofAwaited');
  }
  return { did: 'proofAwaited', inbox: 'proof', answer: 'proof' };
}

/** Says that it cannot be paid: somebody looks; nothing rests unless the creditor wants it. */
export async function hearHardship(heard: Heard): Promise<Done> {
  const { hardshipHoldDays } = replySettingsOf(heard.creditor.settings);
  if (hardshipHoldDays === 0) return { did: 'hardship', inbox: 'hardship', answer: 'hardship' };
  for (const row of heard.spoken) await restUntil(heard, row, heard.lock.now + hardshipHoldDays * DAY, 'hardship');
  return { did: 'hardshipHeld', inbox: 'hardship', answer: 'hardship' };
}

/** Tells of a death. It may be a relative's, or another's: everything of this creditor rests, and nothing ends, until somebody has seen a document. */
export async function hearDeath(heard: Heard): Promise<Done> {
  for (const row of heard.open) await restUntil(heard, row, heard.lock.now + REVIEW_DAYS * DAY, 'deceased');
  return { did: 'reviewHeld', inbox: 'deceased', answer: null };
}
