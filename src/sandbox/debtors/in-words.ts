/** What scripted debtors write back to a message, and what they do with the payment link in one. */
import type { AgreementEvent } from '../../domain/agreement.ts';
import type { Persona } from '../sample/persona.ts';

/** As people write there; the register reads it like anybody's. */
export const WORDS: Readonly<Partial<Record<Persona, string>>> = {
  writesPromise: 'pago el viernes', writesPaid: 'ya pagué ayer', writesCallMe: 'llámenme por favor', writesCannot: 'perdí mi trabajo, no puedo pagar',
  writesOptOut: 'BAJA', writesNotMe: 'NO SOY',
};

/** Who pays by the link of a message when it has one. */
const BY_LINK: ReadonlySet<Persona> = new Set(['paysByLink', 'writesPromise']);

export function paysByLink(persona: Persona): boolean {
  return BY_LINK.has(persona);
}

type Contact = AgreementEvent & { readonly kind: 'stepResult'; readonly attempt: string };

/** The first message that left after an instant (epoch ms) and can be answered; a wrong number answers by phone only. */
export function answerable(events: readonly AgreementEvent[], after: number, persona: Persona): Contact | undefined {
  return events.find((event): event is Contact => event.kind === 'stepResult' && event.result === 'sent' && event.attempt !== undefined && event.at > after
    && (persona !== 'writesNotMe' || event.channel === 'sms'));
}
