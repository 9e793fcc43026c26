/** Lists that several profiles share. */
import type { LawChannel, OptOutRule, Purpose, Weekday } from '../policy.ts';

/** Receipts, answers and surveys are no collection: outside the frequency rules, not outside the hours (conservative, for counsel). */
export const NO_COLLECTION: readonly Purpose[] = ['transactional', 'replyToDebtor', 'survey'];
export const SPOKEN: readonly LawChannel[] = ['call', 'visit'];
export const WRITTEN: readonly LawChannel[] = ['sms', 'whatsapp', 'email', 'letter'];
export const ALL_CHANNELS: readonly LawChannel[] = [...SPOKEN, ...WRITTEN];
export const WORKWEEK: readonly Weekday[] = [1, 2, 3, 4, 5];
export const EVERY_DAY: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

/** A whole message that asks for silence; CANCELAR is not one: in Latin America it means to pay. */
const KEYWORDS = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT', 'OPT OUT', 'BAJA', 'ALTO', 'PARAR', 'DETENER', 'SALIR', 'NO MAS'];

/** The house's opt-out: the address falls silent at once, whatever time a law would leave. */
export const OPT_OUT: Omit<OptOutRule, 'id'> = {
  scope: 'address', applyAt: 'immediately', ack: { max: 1, withinMinutes: 5 }, keywords: KEYWORDS,
  basis: 'house', cite: 'house rule', confidence: 'B',
  says: { es: 'Pidió no recibir más mensajes en este destino.', en: 'An opt-out is registered for this address.' },
};
