/** Ecuador: Ley Orgánica de Defensa del Consumidor art. 49, reform of February 2022. */
import type { CapRule, ContactPolicy, LawChannel } from '../policy.ts';
import { ALL_CHANNELS, NO_COLLECTION, OPT_OUT, WORKWEEK } from './lists.ts';

/** "Por el mismo mecanismo": each channel has a day of its own. */
function oncePerDay(channel: LawChannel): CapRule {
  return {
    id: `EC-day-${channel}`, channels: [channel], max: 1, over: { day: 1 }, counts: 'attempt', per: ['debtor'], basis: 'law', cite: 'LODC art. 49', confidence: 'B',
    says: { es: 'Una vez al día por el mismo medio: hoy ya se usó.', en: 'Once a day by the same means: it was used today.' },
  };
}

export const EC: ContactPolicy = {
  id: 'EC', version: '2026-11-27', exempt: ['optOutAck'], frequencyExempt: NO_COLLECTION, retentionYears: 2, searchDays: 20,
  zones: { all: ['America/Guayaquil', 'Pacific/Galapagos'], sources: ['declared', 'address'], onConflict: 'intersect', onUnknown: 'intersectAll' },
  audience: [
    {
      id: 'EC-party', allow: ['debtor', 'codebtor', 'guarantor'], rightPartyCheck: true, basis: 'law', cite: 'LODC art. 49', confidence: 'B',
      says: { es: 'Solo se contacta a quien debe, a su codeudor o a su garante.', en: 'Only the debtor, co-debtor or guarantor may be contacted.' },
    },
  ],
  optOut: [{ ...OPT_OUT, id: 'EC-out' }],
  holidays: [
    {
      id: 'EC-fer', calendar: 'EC', basis: 'law', cite: 'LODC art. 49', confidence: 'B',
      says: { es: 'Es feriado en el Ecuador.', en: 'It is a public holiday in Ecuador.' },
    },
  ],
  windows: [
    {
      id: 'EC-hours', days: WORKWEEK, open: '07:00', close: '20:00', basis: 'law', cite: 'LODC art. 49', confidence: 'B',
      says: { es: 'Se contacta de lunes a viernes de 7 a 20 h.', en: 'Contacts leave Monday to Friday, 07:00 to 20:00.' },
    },
  ],
  caps: ALL_CHANNELS.map(oncePerDay),
  callerId: [
    {
      id: 'EC-caller', hidden: false, basis: 'law', cite: 'LODC art. 49', confidence: 'B',
      says: { es: 'La llamada muestra un número identificable.', en: 'The call shows an identifiable number.' },
    },
  ],
};
