/** Chile: Ley 19.496 (LPDC) art. 37 as amended by Ley 21.320; Código de Procedimiento Civil art. 59; Ley 2.977; Ley 21.719. */
import type { ContactPolicy } from '../policy.ts';
import { NO_COLLECTION, OPT_OUT, SPOKEN, WRITTEN } from './lists.ts';

export const CL = {
  id: 'CL', version: '2026-11-27', exempt: ['optOutAck'], frequencyExempt: NO_COLLECTION, retentionYears: 2, searchDays: 20,
  // No number prefix: Google's table puts Valparaíso on Easter Island and knows no Punta Arenas.
  zones: { all: ['America/Santiago', 'America/Punta_Arenas', 'America/Coyhaique', 'Pacific/Easter'], sources: ['declared', 'address'], onConflict: 'intersect', onUnknown: 'intersectAll' },
  readings: [
    {
      id: 'CL-gap', default: 'twoClearDays', others: ['48h'], cite: 'LPDC 37 "dos días"',
      says: { es: 'Separación entre gestiones escritas: dos días completos o 48 horas.', en: 'Gap between written contacts: two clear days, or 48 hours.' },
    },
    {
      id: 'CL-counts', default: 'attempts', others: ['effective'], cite: 'LPDC 37 "contacto telefónico"; SERNAC press "contactos efectivos"',
      says: { es: 'Qué cuenta como contacto telefónico: todo intento o solo la conversación.', en: 'What counts as a phone contact: every attempt, or conversations only.' },
    },
  ],
  stops: [
    {
      id: 'CL-stop', on: ['servedInSuit', 'insolvency'], effect: 'refuse', permanent: true, basis: 'law', cite: 'LPDC 37', confidence: 'A',
      says: { es: 'Notificada una demanda de cobro o iniciado un concurso, la cobranza extrajudicial cesa.', en: 'Once a collection suit is served or insolvency has begun, out-of-court collection ends.' },
    },
    {
      id: 'CL-dp-block', on: ['dataBlocked'], effect: 'refuse', permanent: false, from: '2026-12-01', basis: 'law', cite: 'Ley 21.719, art. 8 ter', confidence: 'A',
      says: { es: 'Los datos están bloqueados mientras se resuelve una solicitud de su titular.', en: 'The data are blocked while a request of their subject is pending.' },
    },
  ],
  audience: [
    {
      id: 'CL-party', allow: ['debtor', 'codebtor'], rightPartyCheck: true, basis: 'law', cite: 'LPDC 37', confidence: 'A',
      says: { es: 'Solo se informa al deudor o a su codeudor; nada a terceros ajenos a la obligación.', en: 'Only the debtor or co-debtor is informed; nothing goes to third parties.' },
    },
  ],
  optOut: [{ ...OPT_OUT, id: 'CL-out' }],
  content: [
    {
      // The channels that have room for it; an SMS or WhatsApp says it by its link to the details (src/text/content-rule.ts).
      id: 'CL-must', at: 'every', channels: ['email', 'letter', 'call', 'visit'], basis: 'law', cite: 'LPDC 37 nos. 1-7', confidence: 'A',
      must: ['creditor', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'notSeizure'],
      says: { es: 'Falta una de las informaciones que la ley exige al comienzo de toda gestión.', en: 'One of the items that the law wants at the start of every contact is missing.' },
    },
    {
      id: 'CL-mustnot', at: 'every', basis: 'law', cite: 'LPDC 37', confidence: 'A',
      mustNot: ['judicialLook', 'judicialMention', 'unfiledSuit', 'creditBureau', 'thirdPartyDisclosure'],
      says: { es: 'El texto parece un escrito judicial, habla de juicios o de registros de morosos, o revela la deuda a terceros.', en: 'The text looks judicial, speaks of suits or credit bureaus, or reveals the debt to third parties.' },
    },
  ],
  holidays: [
    {
      id: 'CL-feriados', calendar: 'CL', basis: 'law', cite: 'CPC 59; Ley 2.977', confidence: 'A',
      says: { es: 'Es feriado en Chile.', en: 'It is a public holiday in Chile.' },
    },
  ],
  windows: [
    {
      id: 'CL-hours-call', channels: SPOKEN, days: [1, 2, 3, 4, 5, 6], open: '08:00', close: '20:00', basis: 'law', cite: 'LPDC 37; CPC 59', confidence: 'A',
      says: { es: 'Llamadas y visitas: de lunes a sábado de 8 a 20 h.', en: 'Calls and visits: Monday to Saturday, 08:00 to 20:00.' },
    },
    {
      id: 'CL-hours-write', channels: WRITTEN, days: [1, 2, 3, 4, 5, 6], open: '08:00', close: '20:00', basis: 'conservative', cite: 'LPDC 37; SERNAC press', confidence: 'B',
      says: { es: 'Mensajes: de lunes a sábado de 8 a 20 h.', en: 'Messages: Monday to Saturday, 08:00 to 20:00.' },
    },
  ],
  caps: [
    {
      id: 'CL-call-week', channels: SPOKEN, max: 1, over: { rollingDays: 7 }, counts: 'attempt', per: ['debtor'], reading: { setting: 'CL-counts', is: 'attempts' },
      basis: 'law', cite: 'LPDC 37 (attempts and rolling 7 days: strict reading)', confidence: 'A',
      says: { es: 'Una llamada o visita por semana: ya hubo una en los últimos siete días.', en: 'One call or visit a week: there was one within seven days.' },
    },
    {
      id: 'CL-call-week-effective', channels: SPOKEN, max: 1, over: { rollingDays: 7 }, counts: 'conversation', per: ['debtor'], reading: { setting: 'CL-counts', is: 'effective' },
      basis: 'conservative', cite: 'LPDC 37 (effective contacts only)', confidence: 'B',
      says: { es: 'Un contacto telefónico o visita efectivo por semana: ya hubo uno en los últimos siete días.', en: 'One effective call or visit a week: there was one within seven days.' },
    },
    {
      id: 'CL-write-week', channels: WRITTEN, max: 2, over: { rollingDays: 7 }, counts: 'attempt', per: ['debtor'], basis: 'law', cite: 'LPDC 37', confidence: 'A',
      says: { es: 'Dos gestiones escritas por semana: ya hubo dos en los últimos siete días.', en: 'Two written contacts a week: there were two within seven days.' },
    },
  ],
  spacing: [
    {
      id: 'CL-write-gap', channels: WRITTEN, after: 'attempt', nextDay: 3, per: ['debtor'], reading: { setting: 'CL-gap', is: 'twoClearDays' },
      basis: 'conservative', cite: 'LPDC 37 "dos días", as two clear days', confidence: 'A',
      says: { es: 'Entre dos gestiones escritas deben pasar dos días completos.', en: 'Two clear days must lie between two written contacts.' },
    },
    {
      id: 'CL-write-gap-48h', channels: WRITTEN, after: 'attempt', nextDay: 2, sameHour: true, per: ['debtor'], reading: { setting: 'CL-gap', is: '48h' },
      basis: 'conservative', cite: 'LPDC 37 "dos días", as 48 hours', confidence: 'B',
      says: { es: 'Entre dos gestiones escritas deben pasar 48 horas.', en: '48 hours must lie between two written contacts.' },
    },
  ],
  duties: [
    {
      id: 'CL-util', do: 'freeUsefulNotice', withinDays: 15, since: 'dueDate', basis: 'law', cite: 'LPDC 37', confidence: 'A',
      says: { es: 'Dentro de los 15 días siguientes a cada vencimiento impago se debe al menos una gestión útil sin cargo.', en: 'Within 15 days of each unpaid due date at least one useful notice is owed, free of charge.' },
    },
    {
      id: 'CL-written', do: 'sendInWritingIfSilent', afterDays: 15, since: 'informationDelivered', basis: 'law', cite: 'LPDC 37 no. 6', confidence: 'A',
      says: { es: 'Si no hay respuesta, pasados 15 días la información se envía por escrito.', en: 'Without an answer the information is sent in writing after 15 days.' },
    },
  ],
  callerId: [
    {
      id: 'CL-caller', hidden: false, prefix: '600', when: { sector: ['nonRetail'] }, basis: 'regulator', cite: 'Subtel, in force 2025-08-13; financial retail reported exempt', confidence: 'C',
      says: { es: 'Las llamadas masivas muestran un número con prefijo 600.', en: 'Bulk calls show a number with the prefix 600.' },
    },
  ],
} as const satisfies ContactPolicy;
