/** A text message from a person to us: kept, and an opt-out in one word acts at once. Reading replies comes later (issue 4). */
import type { InboundSms } from '../channels/receipts.ts';
import { holdersOfPhone, providerEventKnown } from '../db/inbound.ts';
import { insertProviderEvent } from '../db/provider-events.ts';
import type { Actor } from './actor.ts';
import { optOut } from './opt-out.ts';
import type { RegisterContext } from './person-lock.ts';

/** The whole message, whatever its case, accents and punctuation. "Cancelar" is not here: it means to pay. */
const STOP_WORDS: ReadonlySet<string> = new Set(['BAJA', 'STOP', 'ALTO', 'STOPALL', 'UNSUBSCRIBE', 'SAIR']);
const DEBTOR: Actor = { id: 'debtor', role: 'system', creditorId: null };

/** Whether a message asks, in one word, to be left alone. */
export function isStopWord(sms: Pick<InboundSms, 'body' | 'optOutType'>): boolean {
  const word = sms.body.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, '').replaceAll(/[^A-Za-z]+/g, '').toUpperCase();
  return sms.optOutType === 'STOP' || STOP_WORDS.has(word);
}

/**
 * Takes a message once. The opt-out comes before the note that the message was taken: a crash in between repeats the
 * opt-out instead of losing it. It holds for this phone at every creditor, because the word names none.
 */
export async function receiveSms(ctx: RegisterContext, sms: InboundSms): Promise<void> {
  if (await providerEventKnown(ctx.db, sms.provider, sms.eventId)) return;
  const stop = isStopWord(sms);
  if (stop) {
    for (const { personId, contactPointId } of await holdersOfPhone(ctx.db, sms.from)) {
      await optOut(ctx, DEBTOR, personId, { contactPointId, scope: 'channel' });
    }
  }
  await insertProviderEvent(ctx.db, {
    provider: sms.provider, eventId: sms.eventId, attemptId: null, status: stop ? 'inbound.optOut' : 'inbound',
    payload: { from: sms.from, to: sms.to, body: sms.body }, at: await ctx.clock.now(),
  });
}
