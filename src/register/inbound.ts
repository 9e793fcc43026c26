/** A text message from a person to us: kept, and an opt-out in one word acts at once. Reading replies comes later (issue 4). */
import type { InboundSms } from '../channels/receipts.ts';
import { holdersOfPhone, providerEventKnown } from '../db/inbound.ts';
import { insertProviderEvent } from '../db/provider-events.ts';
import type { Actor } from './actor.ts';
import { optOut } from './opt-out.ts';
import { optOutLawOf } from './opt-out-scope.ts';
import type { RegisterContext } from './person-lock.ts';

/** The whole message, whatever its case, accents and punctuation. "Cancelar" is not here: it means to pay. */
const STOP_WORDS: ReadonlySet<string> = new Set(['BAJA', 'STOP', 'ALTO', 'STOPALL', 'UNSUBSCRIBE', 'SAIR']);
const DEBTOR: Actor = { id: 'debtor', role: 'system', creditorId: null };

/** Whether a message asks to be left alone: by a word of everywhere, or by one of `words`, which hold where the person is. */
export function isStopWord(sms: Pick<InboundSms, 'body' | 'optOutType'>, words: readonly string[] = []): boolean {
  const said = lettersOf(sms.body);
  return sms.optOutType === 'STOP' || STOP_WORDS.has(said) || words.some((word) => lettersOf(word) === said);
}

function lettersOf(text: string): string {
  return text.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, '').replaceAll(/[^A-Za-z]+/g, '').toUpperCase();
}

/**
 * Takes a message once. The opt-out comes before the note that the message was taken: a crash in between repeats the
 * opt-out instead of losing it. It holds at every creditor that has this phone, because the word names none; how far, the law of
 * where each one takes the person to be says.
 */
export async function receiveSms(ctx: RegisterContext, sms: InboundSms): Promise<void> {
  if (await providerEventKnown(ctx.db, sms.provider, sms.eventId)) return;
  const now = await ctx.clock.now();
  let stop = isStopWord(sms);
  for (const { personId, contactPointId } of await holdersOfPhone(ctx.db, sms.from)) {
    const { body, words } = await optOutLawOf(ctx.db, { personId, contactPointId, channel: 'sms' }, now);
    if (!isStopWord(sms, words)) continue;
    stop = true;
    await optOut(ctx, DEBTOR, personId, body);
  }
  await insertProviderEvent(ctx.db, {
    provider: sms.provider, eventId: sms.eventId, attemptId: null, status: stop ? 'inbound.optOut' : 'inbound',
    payload: { from: sms.from, to: sms.to, body: sms.body }, at: now,
  });
}
