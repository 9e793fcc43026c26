/** What a creditor changes in a strategy without a version of its own: days of grace, small amounts, the hour of a step, a step left out. */
import { z } from 'zod';
import type { Strategy } from './strategy.ts';

const amounts = z.record(z.string().regex(/^[A-Z]{3}$/, 'must be a currency of three capital letters'), z.int().min(0));

export const strategyOverrides = z.strictObject({
  graceDays: z.int().min(0).max(60).optional(),
  smallBalance: amounts.optional(),
  /** Least overdue amount of every step to pre-legal. */
  minOverdue: amounts.optional(),
  steps: z.record(z.string(), z.strictObject({
    at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a local time, HH:MM').optional(),
    disabled: z.boolean().optional(),
  })).optional(),
});
export type StrategyOverrides = z.infer<typeof strategyOverrides>;

/** Steps that the overrides name and the strategy does not have. */
export function unknownSteps(strategy: Strategy, overrides: StrategyOverrides): string[] {
  return Object.keys(overrides.steps ?? {}).filter((key) => !strategy.steps.some((step) => step.key === key));
}

/** The strategy as this creditor's agreements follow it; it keeps its id and version. Steps that a later version has dropped change nothing. */
export function withOverrides(strategy: Strategy, overrides: StrategyOverrides | null | undefined): Strategy {
  if (overrides === null || overrides === undefined) return strategy;
  const { graceDays, smallBalance, minOverdue, steps = {} } = overrides;
  return {
    ...strategy,
    graceDays: graceDays ?? strategy.graceDays,
    smallBalance: { ...strategy.smallBalance, ...smallBalance },
    steps: strategy.steps.filter(({ key }) => steps[key]?.disabled !== true).map((step) => {
      const at = steps[step.key]?.at;
      return {
        ...step,
        ...(at === undefined ? {} : { atMinute: Number(at.slice(0, 2)) * 60 + Number(at.slice(3)) }),
        ...(step.do === 'preLegal' && minOverdue !== undefined ? { minOverdue: { ...step.minOverdue, ...minOverdue } } : {}),
      };
    }),
  };
}
