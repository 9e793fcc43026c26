/** Argentina: Ley 24.240 art. 8 bis; hours and frequency are the house's (the city's own hours were not found). */
import type { ContactPolicy } from '../policy.ts';
import { NO_COLLECTION, OPT_OUT, WORKWEEK } from './lists.ts';

export const AR = {
  id: 'AR', version: '2026-11-27', exempt: ['optOutAck'], frequencyExempt: NO_COLLECTION, retentionYears: 5, searchDays: 20,
  zones: {
    all: [
      'America/Argentina/Buenos_Aires', 'America/Argentina/Cordoba', 'America/Argentina/Salta', 'America/Argentina/Jujuy', 'America/Argentina/Tucuman',
      'America/Argentina/Catamarca', 'America/Argentina/La_Rioja', 'America/Argentina/San_Juan', 'America/Argentina/Mendoza', 'America/Argentina/San_Luis',
      'America/Argentina/Rio_Gallegos', 'America/Argentina/Ushuaia',
    ],
    sources: ['declared', 'address'], onConflict: 'intersect', onUnknown: 'intersectAll',
  },
  audience: [
    {
      id: 'AR-party', allow: ['debtor', 'codebtor', 'guarantor'], rightPartyCheck: true, basis: 'conservative', cite: 'Ley 24.240 art. 8 bis; Ley 6171 (CABA)', confidence: 'B',
      says: { es: 'Solo se contacta a quien debe, a su codeudor o a su garante.', en: 'Only the debtor, co-debtor or guarantor may be contacted.' },
    },
  ],
  optOut: [{ ...OPT_OUT, id: 'AR-out' }],
  content: [
    {
      id: 'AR-not', at: 'every', mustNot: ['judicialLook', 'threat'], basis: 'law', cite: 'Ley 24.240 art. 8 bis', confidence: 'A',
      says: { es: 'El texto parece un reclamo judicial o resulta intimidatorio.', en: 'The text looks like a judicial claim or intimidates.' },
    },
  ],
  holidays: [
    {
      id: 'AR-fer', calendar: 'AR', basis: 'house', cite: 'house rule', confidence: 'B',
      says: { es: 'Es feriado en la Argentina.', en: 'It is a public holiday in Argentina.' },
    },
  ],
  windows: [
    {
      id: 'AR-house', days: WORKWEEK, open: '09:00', close: '20:00', basis: 'house', cite: 'house rule', confidence: 'B',
      says: { es: 'Se contacta de lunes a viernes de 9 a 20 h.', en: 'Contacts leave Monday to Friday, 09:00 to 20:00.' },
    },
  ],
  caps: [
    {
      id: 'AR-cap', max: 3, over: { rollingDays: 7 }, counts: 'attempt', per: ['debtor'], basis: 'house', cite: 'house rule', confidence: 'B',
      says: { es: 'Tres contactos en siete días: ya se usaron.', en: 'Three contacts in seven days: they are used.' },
    },
  ],
} as const satisfies ContactPolicy;
