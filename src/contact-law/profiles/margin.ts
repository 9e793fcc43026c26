/** What the house keeps to on top of every law, because a lawful burst is still a burst; the gate adds it, worked cases leave it out. */
import type { ContactPolicy } from '../policy.ts';

export const MARGIN = {
  id: 'MARGIN', version: '2026-11-27',
  caps: [
    {
      id: 'house-day', max: 1, over: { day: 1 }, counts: 'attempt', per: ['debtor'], basis: 'house', cite: 'house rule', confidence: 'A',
      says: { es: 'La persona ya fue contactada hoy: una gestión al día.', en: 'The person was contacted today: one contact a day.' },
    },
  ],
} as const satisfies ContactPolicy;
