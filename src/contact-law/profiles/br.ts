/** Brazil: CDC (Lei 8.078) art. 42, 42-A, 71, which names no hours; five states do. */
import type { ContactPolicy } from '../policy.ts';
import { EVERY_DAY, NO_COLLECTION, OPT_OUT, WORKWEEK } from './lists.ts';

const VERSION = '2026-11-27';

export const BR = {
  id: 'BR', version: VERSION, exempt: ['optOutAck'], frequencyExempt: NO_COLLECTION, retentionYears: 5, searchDays: 20,
  zones: {
    all: [
      'America/Noronha', 'America/Sao_Paulo', 'America/Bahia', 'America/Fortaleza', 'America/Recife', 'America/Maceio', 'America/Belem', 'America/Araguaina',
      'America/Santarem', 'America/Manaus', 'America/Cuiaba', 'America/Campo_Grande', 'America/Porto_Velho', 'America/Boa_Vista', 'America/Eirunepe', 'America/Rio_Branco',
    ],
    sources: ['declared', 'address'], onConflict: 'intersect', onUnknown: 'intersectAll',
  },
  audience: [
    {
      id: 'BR-party', allow: ['debtor', 'codebtor', 'guarantor'], rightPartyCheck: true, basis: 'house', cite: 'house rule (CDC 42: no constraint, no ridicule)', confidence: 'B',
      says: { es: 'Solo se contacta a quien debe, a su codeudor o a su fiador.', en: 'Only the debtor, co-debtor or guarantor may be contacted.' },
    },
  ],
  optOut: [{ ...OPT_OUT, id: 'BR-out' }],
  content: [
    {
      id: 'BR-must', at: 'every', must: ['creditorNameAddressTaxId'], basis: 'law', cite: 'CDC 42-A', confidence: 'B',
      says: { es: 'Falta el nombre, la dirección o el registro tributario del acreedor.', en: "The creditor's name, address or tax id is missing." },
    },
    {
      id: 'BR-not', at: 'every', mustNot: ['ridicule', 'threat'], basis: 'law', cite: 'CDC 42, 71', confidence: 'B',
      says: { es: 'El texto ridiculiza o amenaza.', en: 'The text ridicules or threatens.' },
    },
  ],
  holidays: [
    {
      id: 'BR-fer', calendar: 'BR', basis: 'house', cite: 'house rule', confidence: 'B',
      says: { es: 'Es feriado nacional en Brasil.', en: 'It is a national holiday in Brazil.' },
    },
  ],
  windows: [
    {
      id: 'BR-week', days: WORKWEEK, open: '08:00', close: '20:00', basis: 'house', cite: 'house rule', confidence: 'B',
      says: { es: 'De lunes a viernes se contacta de 8 a 20 h.', en: 'Monday to Friday contacts leave from 08:00 to 20:00.' },
    },
    {
      id: 'BR-sat', days: [6], open: '08:00', close: '14:00', basis: 'house', cite: 'house rule', confidence: 'B',
      says: { es: 'Los sábados se contacta de 8 a 14 h.', en: 'On Saturdays contacts leave from 08:00 to 14:00.' },
    },
  ],
  caps: [
    {
      id: 'BR-cap', max: 3, over: { rollingDays: 7 }, counts: 'attempt', per: ['debtor'], basis: 'house', cite: 'house rule', confidence: 'B',
      says: { es: 'Tres contactos en siete días: ya se usaron.', en: 'Three contacts in seven days: they are used.' },
    },
  ],
} as const satisfies ContactPolicy;

export const BR_SP = {
  id: 'BR_SP', version: VERSION, extends: ['BR'], place: { country: 'BR', state: ['SP', 'São Paulo'] },
  holidays: [
    {
      id: 'SP-fer', calendar: 'BR-SP', basis: 'law', cite: 'Lei estadual 15.426/14', confidence: 'B',
      says: { es: 'Es feriado en el estado de São Paulo.', en: 'It is a holiday in the state of São Paulo.' },
    },
  ],
  windows: [
    {
      id: 'SP-week', days: WORKWEEK, open: '08:00', close: '20:00', basis: 'law', cite: 'Lei estadual 15.426/14', confidence: 'B',
      says: { es: 'São Paulo: de lunes a viernes de 8 a 20 h.', en: 'São Paulo: Monday to Friday, 08:00 to 20:00.' },
    },
    {
      id: 'SP-sat', days: [6], open: '08:00', close: '14:00', basis: 'law', cite: 'Lei estadual 15.426/14', confidence: 'B',
      says: { es: 'São Paulo: los sábados de 8 a 14 h.', en: 'São Paulo: Saturdays, 08:00 to 14:00.' },
    },
  ],
} as const satisfies ContactPolicy;

export const BR_AL = {
  id: 'BR_AL', version: VERSION, extends: ['BR'], place: { country: 'BR', state: ['AL', 'Alagoas'] },
  holidays: [
    {
      id: 'AL-fer', calendar: 'BR-AL', basis: 'law', cite: 'Lei estadual 7.782/16', confidence: 'B',
      says: { es: 'Es feriado en el estado de Alagoas.', en: 'It is a holiday in the state of Alagoas.' },
    },
  ],
  windows: [
    {
      id: 'AL-week', days: WORKWEEK, open: '08:00', close: '20:00', basis: 'law', cite: 'Lei estadual 7.782/16', confidence: 'B',
      says: { es: 'Alagoas: de lunes a viernes de 8 a 20 h.', en: 'Alagoas: Monday to Friday, 08:00 to 20:00.' },
    },
    {
      id: 'AL-sat', days: [6], open: '08:00', close: '14:00', basis: 'law', cite: 'Lei estadual 7.782/16', confidence: 'B',
      says: { es: 'Alagoas: los sábados de 8 a 14 h.', en: 'Alagoas: Saturdays, 08:00 to 14:00.' },
    },
  ],
} as const satisfies ContactPolicy;

export const BR_RJ = {
  id: 'BR_RJ', version: VERSION, extends: ['BR'], place: { country: 'BR', state: ['RJ', 'Rio de Janeiro'] },
  windows: [
    {
      id: 'RJ-hours', days: WORKWEEK, open: '09:00', close: '19:00', basis: 'law', cite: 'Lei estadual 7.868/18', confidence: 'B',
      says: { es: 'Río de Janeiro: de lunes a viernes de 9 a 19 h.', en: 'Rio de Janeiro: Monday to Friday, 09:00 to 19:00.' },
    },
  ],
} as const satisfies ContactPolicy;

export const BR_ES = {
  id: 'BR_ES', version: VERSION, extends: ['BR'], place: { country: 'BR', state: ['ES', 'Espírito Santo'] },
  windows: [
    {
      id: 'BR-ES-hours', days: WORKWEEK, open: '08:00', close: '19:00', basis: 'law', cite: 'Lei estadual 10.626/17', confidence: 'B',
      says: { es: 'Espírito Santo: de lunes a viernes de 8 a 19 h.', en: 'Espírito Santo: Monday to Friday, 08:00 to 19:00.' },
    },
  ],
} as const satisfies ContactPolicy;

export const BR_AM = {
  id: 'BR_AM', version: VERSION, extends: ['BR'], place: { country: 'BR', state: ['AM', 'Amazonas'] },
  windows: [
    {
      id: 'AM-hours', days: EVERY_DAY, open: '00:00', close: '19:00', basis: 'law', cite: 'Lei estadual 306/16', confidence: 'B',
      says: { es: 'Amazonas: hasta las 19 h.', en: 'Amazonas: until 19:00.' },
    },
  ],
} as const satisfies ContactPolicy;
