/** Ordered rules that choose a strategy from what is known of a debt: the first that matches. Data, versioned. */
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { AppError, type FieldError } from '../errors.ts';
import type { PaymentHistory } from './history.ts';

/** What a rule can look at, about one agreement of a person at one creditor. */
export interface SegmentFacts extends PaymentHistory {
  readonly creditorId: string;
  readonly country: string;
  readonly product: string | null;
  readonly currency: string;
  /** What is owed, minor units. */
  readonly amountMinor: number;
  /** Points of the score. */
  readonly score: number;
}

const range = z.strictObject({ min: z.number().optional(), max: z.number().optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'must have min or max')
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, 'min must not be above max');
const names = z.array(z.string().min(1).max(100)).min(1).max(200);
const slug = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens').max(60);

const conditions = z.strictObject({
  /** Minor units, by currency; a currency that is not named does not match. */
  amount: z.record(z.string().regex(/^[A-Z]{3}$/, 'must be a currency of three capital letters'), range).optional(),
  daysPastDue: range.optional(),
  missed: range.optional(),
  promisesBroken: range.optional(),
  /** Kept promises of those that ended, in percent; who never promised does not match. */
  keptRate: range.optional(),
  score: range.optional(),
  product: names.optional(),
  creditor: names.optional(),
  country: names.optional(),
});
type Conditions = z.output<typeof conditions>;

const setSchema = z.strictObject({
  segments: z.array(z.strictObject({ key: slug, if: conditions.default({}), strategy: slug })).min(1).max(200),
  /** When no rule matches. */
  otherwise: slug.default('standard'),
}).superRefine(({ segments }, context) => {
  const seen = new Set<string>();
  for (const [index, { key }] of segments.entries()) {
    if (seen.has(key)) context.addIssue({ code: 'custom', path: ['segments', index, 'key'], message: 'is used by an earlier segment' });
    seen.add(key);
  }
});
export type SegmentSet = z.output<typeof setSchema>;

/** Reads a file of segments: YAML or JSON text, or the parsed object; ERR_SEGMENT with the path of every field that is wrong. */
export function parseSegments(file: unknown): SegmentSet {
  const result = setSchema.safeParse(typeof file === 'string' ? parsedText(file) : file);
  if (result.success) return result.data;
  throw invalid(result.error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message })));
}

function parsedText(text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    throw invalid([{ path: '', message: error instanceof Error ? error.message : 'is not YAML' }]);
  }
}

function invalid(errors: readonly FieldError[]): AppError {
  const [first] = errors;
  return new AppError('ERR_SEGMENT', `The segments are not valid: ${first === undefined ? 'no segment' : `${first.path} ${first.message}`.trim()}`, { errors });
}

export interface Choice {
  /** Key of the rule that matched; null: none did. */
  readonly segment: string | null;
  readonly strategy: string;
}

/** The first rule that matches. */
export function chooseStrategy(set: SegmentSet, facts: SegmentFacts): Choice {
  const found = set.segments.find((segment) => matches(segment.if, facts));
  return found === undefined ? { segment: null, strategy: set.otherwise } : { segment: found.key, strategy: found.strategy };
}

function matches(wanted: Conditions, facts: SegmentFacts): boolean {
  const ended = facts.promisesKept + facts.promisesBroken;
  return (wanted.amount === undefined || (wanted.amount[facts.currency] !== undefined && within(wanted.amount[facts.currency], facts.amountMinor)))
    && within(wanted.daysPastDue, facts.daysPastDue) && within(wanted.missed, facts.missed) && within(wanted.promisesBroken, facts.promisesBroken)
    && within(wanted.score, facts.score) && (wanted.keptRate === undefined || (ended > 0 && within(wanted.keptRate, (100 * facts.promisesKept) / ended)))
    && named(wanted.product, facts.product) && named(wanted.creditor, facts.creditorId) && named(wanted.country, facts.country);
}

function within(wanted: z.output<typeof range> | undefined, value: number): boolean {
  return wanted === undefined || (value >= (wanted.min ?? -Infinity) && value <= (wanted.max ?? Infinity));
}

function named(wanted: readonly string[] | undefined, value: string | null): boolean {
  return wanted === undefined || (value !== null && wanted.includes(value));
}
