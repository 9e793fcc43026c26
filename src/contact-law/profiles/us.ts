/** United States: Regulation F (12 CFR 1006), which binds collectors for others; states and cities bind more. */
import type { ContactPolicy } from '../policy.ts';
import { EVERY_DAY, NO_COLLECTION, OPT_OUT } from './lists.ts';

const VERSION = '2026-11-27';

export const US = {
  id: 'US', version: VERSION, exempt: ['optOutAck'], frequencyExempt: NO_COLLECTION, retentionYears: 3, searchDays: 20,
  replyAllowance: {
    // Twelve hours hold the longest night between two windows.
    id: 'US-reply', max: 1, sameChannel: true, withinHours: 12, basis: 'law', cite: '12 CFR 1006, comment 6(b)(1)-2', confidence: 'B',
    says: { es: 'Se puede responder una vez, por el mismo medio, a quien acaba de escribir.', en: 'Whoever has just written may be answered once, by the same medium.' },
  },
  zones: {
    all: ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Phoenix', 'America/Los_Angeles', 'America/Anchorage', 'Pacific/Honolulu', 'America/Puerto_Rico'],
    sources: ['declared', 'address', 'geoPhone'], onConflict: 'intersect', onUnknown: 'intersectAll',
  },
  stops: [
    {
      id: 'US-stop', on: ['writtenCease', 'attorney', 'disputed', 'deceased'], effect: 'refuse', permanent: false, basis: 'law', cite: '12 CFR 1006.6(b)(2), (c)', confidence: 'C',
      says: { es: 'Hay una petición escrita de cese, un abogado, un reclamo o un fallecimiento registrado.', en: 'A written cease request, an attorney, a dispute or a death is registered.' },
    },
  ],
  audience: [
    {
      id: 'US-party', allow: ['debtor', 'spouse', 'attorney'], rightPartyCheck: true, basis: 'law', cite: '12 CFR 1006.6(a), (d)', confidence: 'B',
      says: { es: 'Solo se contacta a quien debe, a su cónyuge o a su abogado.', en: 'Only the consumer, spouse or attorney may be contacted.' },
    },
  ],
  optOut: [{ ...OPT_OUT, id: 'US-out', legalLimit: 'P10BD', basis: 'law', cite: '12 CFR 1006.6(e); 47 CFR 64.1200(a)(10)-(12)' }],
  content: [
    {
      id: 'US-optout', at: 'every', channels: ['email', 'sms', 'whatsapp'], must: ['optOutHowTo'], basis: 'law', cite: '12 CFR 1006.6(e)', confidence: 'B',
      says: { es: 'Falta decir cómo dejar de recibir mensajes en este destino.', en: 'The text does not say how to opt out of this address.' },
    },
    {
      id: 'US-mini', at: 'every', must: ['debtCollectorDisclosure'], when: { creditorType: 'thirdParty' }, basis: 'law', cite: '12 CFR 1006.18(e)', confidence: 'C',
      says: { es: 'Falta decir que escribe un cobrador.', en: 'The text does not say that it is from a debt collector.' },
    },
  ],
  windows: [
    {
      id: 'US-hours', days: EVERY_DAY, open: '08:00', close: '21:00', when: { creditorType: 'thirdParty' }, basis: 'law', cite: '12 CFR 1006.6(b)(1)', confidence: 'A',
      says: { es: 'Se contacta de 8 a 21 h del lugar de la persona.', en: "Contacts leave from 08:00 to 21:00 at the consumer's location." },
    },
  ],
  caps: [
    {
      id: 'US-7in7', channels: ['call'], max: 7, over: { rollingDays: 7 }, counts: 'attempt', per: ['debtor', 'debt'], basis: 'law', cite: '12 CFR 1006.14(b)(2)(i)(A)', confidence: 'A',
      says: { es: 'Siete llamadas en siete días por la misma deuda: ya se usaron.', en: 'Seven calls in seven days about one debt: they are used.' },
    },
  ],
  spacing: [
    {
      id: 'US-after-talk', channels: ['call'], after: 'conversation', nextDay: 7, per: ['debt'], basis: 'law', cite: '12 CFR 1006.14(b)(2)(i)(B)', confidence: 'A',
      says: { es: 'Después de una conversación no se llama durante siete días.', en: 'After a conversation no call for seven days.' },
    },
  ],
  callerId: [
    {
      id: 'US-caller', hidden: false, basis: 'conservative', cite: '47 U.S.C. 227(e)', confidence: 'C',
      says: { es: 'La llamada muestra su número.', en: 'The call shows its number.' },
    },
  ],
} as const satisfies ContactPolicy;

export const US_MA = {
  id: 'US_MA', version: VERSION, extends: ['US'], place: { country: 'US', state: ['MA', 'Massachusetts'] },
  caps: [
    {
      id: 'MA-2in7', channels: ['call', 'sms'], max: 2, over: { rollingDays: 7 }, counts: 'attempt', per: ['debt'], basis: 'law', cite: '209 CMR 18.16(1)(d)', confidence: 'A',
      says: { es: 'Massachusetts: dos llamadas o SMS en siete días por la misma deuda.', en: 'Massachusetts: two calls or texts in seven days about one debt.' },
    },
  ],
} as const satisfies ContactPolicy;

/** No creditor type: the state binds first parties too. E-mail is exempt since 2025-05-16. */
export const US_FL = {
  id: 'US_FL', version: VERSION, extends: ['US'], place: { country: 'US', state: ['FL', 'Florida'] },
  windows: [
    {
      id: 'FL-hours', channels: ['call', 'visit', 'sms', 'whatsapp', 'letter'], days: EVERY_DAY, open: '08:00', close: '21:00', basis: 'law', cite: 'Fla. Stat. 559.72(17)', confidence: 'B',
      says: { es: 'Florida: de 8 a 21 h del lugar de la persona.', en: "Florida: from 08:00 to 21:00 in the debtor's zone." },
    },
  ],
} as const satisfies ContactPolicy;

export const US_NYC = {
  id: 'US_NYC', version: VERSION, extends: ['US'],
  place: { country: 'US', state: ['NY', 'New York'], city: ['New York', 'New York City', 'NYC', 'Manhattan', 'Brooklyn', 'Queens', 'Bronx', 'The Bronx', 'Staten Island'] },
  consent: [
    {
      id: 'NYC-consent', need: 'priorConsent', channels: ['sms', 'email', 'whatsapp'], from: '2026-09-01', basis: 'law', cite: '6 RCNY 5-77', confidence: 'B',
      says: { es: 'Nueva York: los mensajes electrónicos requieren consentimiento previo.', en: 'New York City: electronic messages need prior consent.' },
    },
  ],
  caps: [
    {
      id: 'NYC-3in7', max: 3, over: { rollingDays: 7 }, counts: 'attempt', per: ['account'], from: '2026-09-01', basis: 'law', cite: '6 RCNY 5-77', confidence: 'B',
      says: { es: 'Nueva York: tres contactos en siete días por cuenta, por cualquier medio.', en: 'New York City: three contacts in seven days per account, by any means.' },
    },
  ],
} as const satisfies ContactPolicy;

export const US_DC = {
  id: 'US_DC', version: VERSION, extends: ['US'], place: { country: 'US', state: ['DC', 'District of Columbia'] },
  consent: [
    {
      id: 'DC-consent', need: 'priorConsent', channels: ['sms', 'email', 'whatsapp'], basis: 'law', cite: 'D.C. Code 28-3814', confidence: 'B',
      says: { es: 'Washington D. C.: los mensajes electrónicos requieren consentimiento previo.', en: 'D.C.: electronic messages need prior consent.' },
    },
  ],
  caps: [
    {
      id: 'DC-calls', channels: ['call'], max: 4, over: { rollingDays: 7 }, counts: 'attempt', per: ['account'], basis: 'law', cite: 'D.C. Code 28-3814', confidence: 'B',
      says: { es: 'Washington D. C.: cuatro llamadas en siete días por cuenta.', en: 'D.C.: four calls in seven days per account.' },
    },
    {
      id: 'DC-messages', channels: ['sms', 'email', 'whatsapp'], max: 5, over: { rollingDays: 7 }, counts: 'attempt', per: ['account'], basis: 'law', cite: 'D.C. Code 28-3814', confidence: 'B',
      says: { es: 'Washington D. C.: cinco mensajes electrónicos en siete días por cuenta.', en: 'D.C.: five electronic messages in seven days per account.' },
    },
  ],
} as const satisfies ContactPolicy;

export const US_WA = {
  id: 'US_WA', version: VERSION, extends: ['US'], place: { country: 'US', state: ['WA', 'Washington'] },
  windows: [
    {
      id: 'WA-hours', days: EVERY_DAY, open: '07:30', close: '21:00', basis: 'law', cite: 'RCW 19.16.250', confidence: 'B',
      says: { es: 'Estado de Washington: de 7:30 a 21 h.', en: 'Washington: from 07:30 to 21:00.' },
    },
  ],
  caps: [
    {
      id: 'WA-week', max: 3, over: { rollingDays: 7 }, counts: 'attempt', per: ['debtor'], basis: 'law', cite: 'RCW 19.16.250', confidence: 'B',
      says: { es: 'Estado de Washington: tres contactos por semana.', en: 'Washington: three contacts a week.' },
    },
  ],
} as const satisfies ContactPolicy;
