/** Colombia: Ley 2300 de 2023; Superfinanciera concept 2023111476; Ley 51 de 1983 (holidays). */
import type { ContactPolicy } from '../policy.ts';
import { ALL_CHANNELS, NO_COLLECTION, OPT_OUT, WORKWEEK } from './lists.ts';

export const CO = {
  id: 'CO', version: '2026-11-27', exempt: ['optOutAck', 'transactional'], frequencyExempt: NO_COLLECTION, retentionYears: 2, searchDays: 20,
  zones: { all: ['America/Bogota'], sources: ['declared'], onConflict: 'intersect', onUnknown: 'intersectAll' },
  readings: [
    {
      id: 'CO-weekly', default: 'oneChannel', others: ['oneContact'], cite: 'Ley 2300 art. 3',
      says: { es: 'Límite semanal: un solo canal o un solo contacto.', en: 'Weekly limit: one channel, or one contact.' },
    },
  ],
  audience: [
    {
      id: 'CO-party', allow: ['debtor', 'codebtor', 'guarantor'], rightPartyCheck: true, basis: 'law', cite: 'Ley 2300 art. 4', confidence: 'B',
      says: { es: 'No se contacta a referencias ni a terceros: solo a quien debe, a su codeudor o a su avalista.', en: 'References and third parties may not be contacted: only the debtor, co-debtor or guarantor.' },
    },
  ],
  bans: [
    {
      id: 'CO-visit', channels: ['visit'], basis: 'law', cite: 'Ley 2300 art. 6', confidence: 'B',
      says: { es: 'No se visita a nadie en su casa ni en su trabajo.', en: 'Nobody may be visited at home or at work.' },
    },
  ],
  consent: [
    {
      id: 'CO-auth', need: 'authorisedChannel', basis: 'law', cite: 'Ley 2300 art. 2', confidence: 'B',
      says: { es: 'La persona no autorizó este canal.', en: 'The person has not authorised this channel.' },
    },
  ],
  optOut: [{ ...OPT_OUT, id: 'CO-out', scope: 'channel', says: { es: 'Pidió no recibir más mensajes por este canal.', en: 'An opt-out is registered for this channel.' } }],
  content: [
    {
      id: 'CO-why', at: 'every', mustNot: ['askReasonForDefault'], basis: 'law', cite: 'Ley 2300 art. 7', confidence: 'B',
      says: { es: 'No se pregunta por el motivo del incumplimiento.', en: 'The reason for the default may not be asked.' },
    },
  ],
  holidays: [
    {
      id: 'CO-fest', calendar: 'CO', basis: 'law', cite: 'Ley 2300 art. 3; Ley 51 de 1983', confidence: 'B',
      says: { es: 'Es festivo en Colombia: no se contacta por ningún medio.', en: 'It is a public holiday in Colombia: no contact of any kind.' },
    },
  ],
  windows: [
    {
      id: 'CO-week', days: WORKWEEK, open: '07:00', close: '19:00', basis: 'law', cite: 'Ley 2300 art. 3', confidence: 'B',
      says: { es: 'De lunes a viernes se contacta de 7 a 19 h.', en: 'Monday to Friday contacts leave from 07:00 to 19:00.' },
    },
    {
      id: 'CO-sat', days: [6], open: '08:00', close: '15:00', basis: 'law', cite: 'Ley 2300 art. 3', confidence: 'B',
      says: { es: 'Los sábados se contacta de 8 a 15 h.', en: 'On Saturdays contacts leave from 08:00 to 15:00.' },
    },
  ],
  locks: [
    {
      id: 'CO-one-channel', over: { calendarWeek: 'mon' }, maxChannels: 1, reading: { setting: 'CO-weekly', is: 'oneChannel' }, basis: 'law', cite: 'Ley 2300 art. 3', confidence: 'B',
      says: { es: 'Esta semana ya se usó otro canal: solo uno por semana.', en: 'Another channel was used this week: one a week only.' },
    },
  ],
  caps: [
    {
      id: 'CO-day', channels: ALL_CHANNELS, max: 1, over: { day: 1 }, counts: 'attempt', per: ['debtor'], basis: 'regulator', cite: 'Ley 2300 art. 3; concepto 2023111476', confidence: 'B',
      says: { es: 'Un contacto por día: hoy ya hubo uno.', en: 'One contact a day: there was one today.' },
    },
    {
      id: 'CO-one-contact', channels: ALL_CHANNELS, max: 1, over: { calendarWeek: 'mon' }, counts: 'attempt', per: ['debtor'], reading: { setting: 'CO-weekly', is: 'oneContact' },
      basis: 'conservative', cite: 'Ley 2300 art. 3 (one contact a week)', confidence: 'B',
      says: { es: 'Un contacto por semana: esta semana ya hubo uno.', en: 'One contact a week: there was one this week.' },
    },
  ],
} as const satisfies ContactPolicy;
