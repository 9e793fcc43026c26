/**
 * The layer under every profile, the house profile (what Pacto keeps to by itself; it is no substitute for the profile of
 * a country, which a place without one does not get), and the reasons that no profile writes down.
 */
import type { ContactPolicy, Rule } from './policy.ts';

const VERSION = '2026-11-23';

/** The layer under every profile. */
export const BASE: ContactPolicy = {
  id: 'BASE',
  version: VERSION,
  stops: [
    {
      id: 'base-stop', on: ['servedInSuit', 'insolvency', 'deceased', 'wrongNumber'], effect: 'refuse', permanent: true,
      basis: 'house', cite: 'house rule', confidence: 'C',
      says: { es: 'Hay una detención definitiva registrada: no se contacta más.', en: 'A final stop is registered: no further contact.' },
    },
    {
      id: 'base-pause', on: ['disputed', 'writtenCease', 'dataBlocked'], effect: 'refuse', permanent: false,
      basis: 'house', cite: 'house rule', confidence: 'C',
      says: { es: 'Hay una pausa registrada (reclamo, petición escrita o bloqueo de datos).', en: 'A pause is registered (dispute, written request or data block).' },
    },
    {
      id: 'base-attorney', on: ['attorney'], effect: 'attorneyOnly', permanent: false,
      basis: 'house', cite: 'house rule', confidence: 'C',
      says: { es: 'La persona tiene abogado: solo se habla con él.', en: 'The person has an attorney: only the attorney may be contacted.' },
    },
  ],
  consent: [
    {
      id: 'base-consent', need: 'authorisedChannel', basis: 'house', cite: 'house rule', confidence: 'A',
      says: { es: 'No hay consentimiento registrado para este canal.', en: 'There is no recorded consent for this channel.' },
    },
  ],
};

export const HOUSE: ContactPolicy = {
  id: 'HOUSE',
  version: VERSION,
  exempt: ['optOutAck'],
  frequencyExempt: ['transactional', 'survey', 'replyToDebtor'],
  zones: { all: [], sources: ['declared', 'address'], onConflict: 'intersect', onUnknown: 'refuse' },
  searchDays: 20,
  retentionYears: 5,
  audience: [
    {
      id: 'HOUSE-party', allow: ['debtor', 'codebtor', 'guarantor'], rightPartyCheck: true, basis: 'house', cite: 'house rule', confidence: 'A',
      says: { es: 'Solo se contacta a quien debe, a su codeudor o a su aval.', en: 'Only the debtor, co-debtor or guarantor may be contacted.' },
    },
  ],
  windows: [
    {
      id: 'HOUSE-hours', days: [1, 2, 3, 4, 5, 6], open: '09:00', close: '19:00', basis: 'house', cite: 'house rule', confidence: 'A',
      says: { es: 'Fuera de horario: se contacta de lunes a sábado de 9 a 19 h del lugar.', en: 'Outside hours: contacts leave Monday to Saturday, 09:00 to 19:00 local time.' },
    },
  ],
  caps: [
    {
      id: 'HOUSE-day', max: 1, over: { day: 1 }, counts: 'attempt', per: ['debtor'], basis: 'house', cite: 'house rule', confidence: 'A',
      says: { es: 'La cuota de contactos del día está usada.', en: "The day's contact quota is in use." },
    },
  ],
};

/** Reasons that no profile writes down: something that a decision needs is missing, so there is no contact. */
export const MISSING = {
  profile: {
    id: 'missing-profile', basis: 'house', cite: 'house rule', confidence: 'A',
    says: { es: 'No hay reglas de contacto para este lugar: no se contacta.', en: 'There are no contact rules for this place: no contact.' },
  },
  zone: {
    id: 'missing-zone', basis: 'house', cite: 'house rule', confidence: 'A',
    says: { es: 'No se conoce la zona horaria de la persona: no se contacta.', en: "The person's time zone is not known: no contact." },
  },
  calendar: {
    id: 'missing-calendar', basis: 'house', cite: 'house rule', confidence: 'A',
    says: { es: 'Falta el calendario de feriados de ese año: no se contacta.', en: "That year's holiday calendar is missing: no contact." },
  },
  lawfulMinute: {
    id: 'missing-lawful-minute', basis: 'house', cite: 'house rule', confidence: 'A',
    says: { es: 'No hay un momento permitido en los próximos días.', en: 'There is no lawful moment in the coming days.' },
  },
} as const satisfies Record<string, Rule>;
