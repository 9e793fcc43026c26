/** Peru: Ley 29571 (consumer code) art. 61-62. */
import type { ContactPolicy } from '../policy.ts';
import { NO_COLLECTION, OPT_OUT, SPOKEN, WORKWEEK, WRITTEN } from './lists.ts';

export const PE = {
  id: 'PE', version: '2026-11-27', exempt: ['optOutAck'], frequencyExempt: NO_COLLECTION, retentionYears: 2, searchDays: 20,
  zones: { all: ['America/Lima'], sources: ['declared'], onConflict: 'intersect', onUnknown: 'intersectAll' },
  audience: [
    {
      id: 'PE-party', allow: ['debtor', 'codebtor', 'guarantor'], rightPartyCheck: true, basis: 'law', cite: 'Ley 29571 art. 62.f', confidence: 'A',
      says: { es: 'No se llama ni se escribe a terceros: solo a quien debe, a su codeudor o a su aval.', en: 'No calls or messages to third parties: only the debtor, co-debtor or guarantor.' },
    },
  ],
  optOut: [{ ...OPT_OUT, id: 'PE-out' }],
  content: [
    {
      id: 'PE-not', at: 'every', mustNot: ['judicialLook', 'thirdPartyDisclosure'], basis: 'law', cite: 'Ley 29571 art. 62.a, f', confidence: 'A',
      says: { es: 'El texto parece una notificación judicial o revela la deuda a terceros.', en: 'The text looks like a court notice or reveals the debt to third parties.' },
    },
  ],
  holidays: [
    {
      id: 'PE-fer', calendar: 'PE', basis: 'law', cite: 'Ley 29571 art. 62.b', confidence: 'A',
      says: { es: 'Es feriado en el Perú.', en: 'It is a public holiday in Peru.' },
    },
  ],
  windows: [
    {
      id: 'PE-call', channels: SPOKEN, days: WORKWEEK, open: '07:00', close: '20:00', basis: 'law', cite: 'Ley 29571 art. 62.b', confidence: 'A',
      says: { es: 'Llamadas y visitas: de lunes a viernes de 7 a 20 h.', en: 'Calls and visits: Monday to Friday, 07:00 to 20:00.' },
    },
    {
      id: 'PE-write', channels: WRITTEN, days: WORKWEEK, open: '07:00', close: '20:00', basis: 'conservative', cite: 'Ley 29571 art. 62.g', confidence: 'A',
      says: { es: 'Mensajes: de lunes a viernes de 7 a 20 h.', en: 'Messages: Monday to Friday, 07:00 to 20:00.' },
    },
  ],
  caps: [
    {
      id: 'PE-house', max: 3, over: { rollingDays: 7 }, counts: 'attempt', per: ['debtor'], basis: 'house', cite: 'house rule', confidence: 'C',
      says: { es: 'Tres contactos en siete días: ya se usaron.', en: 'Three contacts in seven days: they are used.' },
    },
  ],
} as const satisfies ContactPolicy;
