/** Mexico: CONDUSEF rules for collection firms, DOF 2014-10-07. */
import type { ContactPolicy } from '../policy.ts';
import { EVERY_DAY, NO_COLLECTION, OPT_OUT, SPOKEN, WRITTEN } from './lists.ts';

export const MX = {
  id: 'MX', version: '2026-11-27', exempt: ['optOutAck'], frequencyExempt: NO_COLLECTION, retentionYears: 5, searchDays: 20,
  zones: {
    all: ['America/Mexico_City', 'America/Cancun', 'America/Chihuahua', 'America/Hermosillo', 'America/Mazatlan', 'America/Ciudad_Juarez', 'America/Tijuana'],
    sources: ['declared', 'address', 'geoPhone'], onConflict: 'intersect', onUnknown: 'intersectAll',
  },
  readings: [
    {
      id: 'MX-days', default: 'everyDay', others: ['noSundayCalls'], cite: 'CONDUSEF, DOF 2014-10-07 (no day named)',
      says: { es: 'Llamadas y visitas en domingo: permitidas o no.', en: 'Calls and visits on Sundays: allowed or not.' },
    },
  ],
  audience: [
    {
      id: 'MX-party', allow: ['debtor', 'codebtor', 'guarantor'], rightPartyCheck: true, basis: 'regulator', cite: 'CONDUSEF 2014', confidence: 'B',
      says: { es: 'No se gestiona con terceros, referencias ni beneficiarios: solo con quien debe, su obligado solidario o su aval.', en: 'No contact with third parties, references or beneficiaries: only the debtor, co-debtor or guarantor.' },
    },
  ],
  optOut: [{ ...OPT_OUT, id: 'MX-out' }],
  content: [
    {
      id: 'MX-id', at: 'first', must: ['firm', 'agentName', 'address', 'phone', 'lender', 'contract', 'amount'], basis: 'regulator', cite: 'CONDUSEF 2014', confidence: 'B',
      says: { es: 'En el primer contacto falta quién llama, por cuenta de quién, el contrato o el monto.', en: 'The first contact does not say who writes, for whom, the contract or the amount.' },
    },
    {
      id: 'MX-not', at: 'every', mustNot: ['judicialLook', 'publicBodyName', 'threat', 'payToCollector'], basis: 'regulator', cite: 'CONDUSEF 2014', confidence: 'B',
      says: { es: 'El texto parece judicial o de una autoridad, amenaza, o pide pagar al despacho.', en: 'The text looks judicial or official, threatens, or asks to pay the agency.' },
    },
  ],
  windows: [
    {
      id: 'MX-hours', days: EVERY_DAY, open: '07:00', close: '22:00', reading: { setting: 'MX-days', is: 'everyDay' },
      basis: 'regulator', cite: 'CONDUSEF, DOF 2014-10-07', confidence: 'B',
      says: { es: 'Se contacta de 7 a 22 h del lugar de la persona.', en: "Contacts leave from 07:00 to 22:00 at the person's place." },
    },
    {
      id: 'MX-hours-call', channels: SPOKEN, days: [1, 2, 3, 4, 5, 6], open: '07:00', close: '22:00', reading: { setting: 'MX-days', is: 'noSundayCalls' },
      basis: 'conservative', cite: 'CONDUSEF, DOF 2014-10-07 (no Sunday calls)', confidence: 'C',
      says: { es: 'Llamadas y visitas: de lunes a sábado de 7 a 22 h del lugar de la persona.', en: "Calls and visits: Monday to Saturday from 07:00 to 22:00 at the person's place." },
    },
    {
      id: 'MX-hours-write', channels: WRITTEN, days: EVERY_DAY, open: '07:00', close: '22:00', reading: { setting: 'MX-days', is: 'noSundayCalls' },
      basis: 'regulator', cite: 'CONDUSEF, DOF 2014-10-07', confidence: 'B',
      says: { es: 'Mensajes: de 7 a 22 h del lugar de la persona.', en: "Messages: from 07:00 to 22:00 at the person's place." },
    },
  ],
  caps: [
    {
      id: 'MX-house', max: 3, over: { rollingDays: 7 }, counts: 'attempt', per: ['debtor'], basis: 'house', cite: 'house rule', confidence: 'C',
      says: { es: 'Tres contactos en siete días: ya se usaron.', en: 'Three contacts in seven days: they are used.' },
    },
  ],
  callerId: [
    {
      id: 'MX-caller', hidden: false, basis: 'regulator', cite: 'CONDUSEF, DOF 2014-10-07', confidence: 'B',
      says: { es: 'La llamada muestra su número.', en: 'The call shows its number.' },
    },
  ],
} as const satisfies ContactPolicy;
