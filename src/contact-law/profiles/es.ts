/** Spain has no law of its own on collection: hours and frequency are the house's, after the custom for commercial calls. */
import type { ContactPolicy } from '../policy.ts';
import { NO_COLLECTION, OPT_OUT, WORKWEEK } from './lists.ts';

export const ES = {
  id: 'ES', version: '2026-11-27', exempt: ['optOutAck'], frequencyExempt: NO_COLLECTION, retentionYears: 5, searchDays: 20,
  zones: { all: ['Europe/Madrid', 'Atlantic/Canary', 'Africa/Ceuta'], sources: ['declared', 'address'], onConflict: 'intersect', onUnknown: 'intersectAll' },
  audience: [
    {
      id: 'ES-party', allow: ['debtor', 'codebtor', 'guarantor'], rightPartyCheck: true, basis: 'house', cite: 'house rule (Dir. (EU) 2021/2167 art. 10: privacy)', confidence: 'B',
      says: { es: 'Solo se contacta a quien debe, a su codeudor o a su avalista.', en: 'Only the debtor, co-debtor or guarantor may be contacted.' },
    },
  ],
  optOut: [{ ...OPT_OUT, id: 'ES-out' }],
  content: [
    {
      id: 'ES-not', at: 'every', mustNot: ['threat', 'thirdPartyDisclosure'], basis: 'law', cite: 'Dir. (EU) 2021/2167 art. 10', confidence: 'A',
      says: { es: 'El texto presiona o coacciona, o revela la deuda a terceros.', en: 'The text harasses or coerces, or reveals the debt to third parties.' },
    },
  ],
  holidays: [
    {
      id: 'ES-fest', calendar: 'ES', basis: 'house', cite: 'house rule', confidence: 'B',
      says: { es: 'Es fiesta nacional en España.', en: 'It is a national holiday in Spain.' },
    },
  ],
  windows: [
    {
      id: 'ES-house', days: WORKWEEK, open: '09:00', close: '21:00', basis: 'house', cite: 'house rule', confidence: 'B',
      says: { es: 'Se contacta de lunes a viernes de 9 a 21 h.', en: 'Contacts leave Monday to Friday, 09:00 to 21:00.' },
    },
  ],
  caps: [
    {
      id: 'ES-cap', max: 3, over: { rollingDays: 7 }, counts: 'attempt', per: ['debtor'], basis: 'house', cite: 'house rule', confidence: 'B',
      says: { es: 'Tres contactos en siete días: ya se usaron.', en: 'Three contacts in seven days: they are used.' },
    },
  ],
} as const satisfies ContactPolicy;
