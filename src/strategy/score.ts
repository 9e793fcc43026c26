/** How much attention a debt needs, in points from 0 to 100, each factor shown: no weight that nobody can read. */
import type { PaymentHistory } from './history.ts';

export type ScoreFactor = 'daysPastDue' | 'missed' | 'promisesBroken' | 'amount';

export interface ScorePart {
  readonly factor: ScoreFactor;
  /** What was looked at: days, a count, or times the usual amount. */
  readonly value: number;
  readonly points: number;
  readonly most: number;
  readonly text: { readonly es: string; readonly en: string };
}

export interface Score {
  readonly points: number;
  readonly parts: readonly ScorePart[];
}

export interface ScoreInput {
  readonly history: PaymentHistory;
  /** What is owed and what is usual in that currency, minor units. */
  readonly amountMinor: number;
  readonly usualMinor: number;
}

/** Highest points of each factor, and the value at which they are reached; in between in proportion. */
const SCALE: Readonly<Record<ScoreFactor, { readonly most: number; readonly full: number; readonly es: string; readonly en: string }>> = {
  daysPastDue: { most: 40, full: 90, es: 'Días de atraso', en: 'Days past due' },
  missed: { most: 30, full: 4, es: 'Cuotas no pagadas a tiempo', en: 'Instalments missed' },
  promisesBroken: { most: 20, full: 2, es: 'Compromisos no cumplidos', en: 'Promises broken' },
  amount: { most: 10, full: 5, es: 'Saldo en veces el monto usual', en: 'Balance in times the usual amount' },
};

/** Scores a debt; the points are the sum of the parts. Who kept promises is not charged with those that were broken as often. */
export function scoreOf({ history, amountMinor, usualMinor }: ScoreInput): Score {
  const parts = [
    part('daysPastDue', history.daysPastDue), part('missed', history.missed), part('promisesBroken', Math.max(0, history.promisesBroken - history.promisesKept)),
    part('amount', usualMinor <= 0 ? 0 : Math.round((amountMinor / usualMinor) * 10) / 10),
  ];
  return { points: parts.reduce((sum, { points }) => sum + points, 0), parts };
}

function part(factor: ScoreFactor, value: number): ScorePart {
  const { most, full, es, en } = SCALE[factor];
  const points = Math.round(most * Math.min(1, Math.max(0, value) / full));
  return { factor, value, points, most, text: { es: `${es}: ${value} (${points} de ${most} puntos)`, en: `${en}: ${value} (${points} of ${most} points)` } };
}
