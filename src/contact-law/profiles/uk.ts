/** United Kingdom: FCA CONC 7.9, which names no figures; hours and frequency are the house's. */
import type { ContactPolicy } from '../policy.ts';
import { EVERY_DAY, NO_COLLECTION, OPT_OUT } from './lists.ts';

export const UK = {
  id: 'UK', version: '2026-11-27', exempt: ['optOutAck'], frequencyExempt: NO_COLLECTION, retentionYears: 5, searchDays: 20,
  zones: { all: ['Europe/London'], sources: ['declared'], onConflict: 'intersect', onUnknown: 'intersectAll' },
  audience: [
    {
      id: 'UK-party', allow: ['debtor', 'codebtor', 'guarantor'], rightPartyCheck: true, basis: 'regulator', cite: 'CONC 7.9.7 R, 7.9.10 R', confidence: 'A',
      says: { es: 'Los terceros no deben saber de la deuda: solo se contacta a quien debe, a su codeudor o a su avalista.', en: 'Third parties must not learn of the debt: only the debtor, co-debtor or guarantor may be contacted.' },
    },
  ],
  optOut: [{ ...OPT_OUT, id: 'UK-out' }],
  content: [
    {
      id: 'UK-not', at: 'every', mustNot: ['threat', 'thirdPartyDisclosure'], basis: 'regulator', cite: 'CONC 7.9.7 R', confidence: 'A',
      says: { es: 'El texto presiona o revela la deuda a terceros.', en: 'The text presses or reveals the debt to third parties.' },
    },
  ],
  windows: [
    {
      id: 'UK-house', days: EVERY_DAY, open: '08:00', close: '21:00', basis: 'house', cite: 'house rule (CONC 7.9.4 R: no unreasonable times)', confidence: 'C',
      says: { es: 'Se contacta de 8 a 21 h.', en: 'Contacts leave from 08:00 to 21:00.' },
    },
  ],
  caps: [
    {
      id: 'UK-cap', max: 3, over: { rollingDays: 7 }, counts: 'attempt', per: ['debtor'], basis: 'house', cite: 'house rule', confidence: 'C',
      says: { es: 'Tres contactos en siete días: ya se usaron.', en: 'Three contacts in seven days: they are used.' },
    },
  ],
} as const satisfies ContactPolicy;
