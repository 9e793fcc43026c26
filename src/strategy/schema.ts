/** The strategy file of contract.md section 8: from YAML or JSON text to a Strategy with every default filled in. */
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { AppError, type FieldError } from '../errors.ts';
import type { Step, StepPurpose, Strategy, StrategyCap } from './strategy.ts';

const KEY = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const slug = z.string().regex(KEY, 'must be lower-case words joined by hyphens').max(60);
const currencyAmounts = z.record(z.string().regex(/^[A-Z]{3}$/, 'must be a currency of three capital letters'), z.int().min(0));
const channels = z.array(z.enum(['sms', 'email'])).min(1).refine((list) => new Set(list).size === list.length, 'must not name a channel twice');

const capSchema = z.strictObject({
  channels: z.array(z.enum(['sms', 'email', 'call'])).min(1).optional(),
  max: z.int().min(1).max(50),
  over: z.union([z.strictObject({ day: z.literal(1) }), z.strictObject({ calendarWeek: z.literal('mon') }), z.strictObject({ rollingDays: z.int().min(1).max(366) })]),
});
const caps = z.array(capSchema).max(20);

const whenSchema = z.strictObject({
  anchor: z.enum(['assigned', 'agreed', 'due', 'promise', 'settled']),
  days: z.int().min(-90).max(730),
  at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a local time, HH:MM').optional(),
});

const stepSchema = z.strictObject({
  key: slug,
  when: whenSchema,
  if: z.enum(['unpaid', 'promiseBroken']).optional(),
  do: z.enum(['contact', 'callback', 'preLegal', 'survey']),
  channels: channels.optional(),
  template: slug.optional(),
  expiresDays: z.int().min(0).max(365).optional(),
  purpose: z.enum(['preDueReminder', 'collection', 'transactional', 'survey']).optional(),
  requires: z.strictObject({
    noticesDelivered: z.int().min(0).max(20).optional(),
    callAttempts: z.int().min(0).max(20).optional(),
    noDispute: z.boolean().optional(),
    noOpenPromise: z.boolean().optional(),
  }).optional(),
  minOverdue: currencyAmounts.optional(),
  caps: caps.optional(),
});
type StepFile = z.output<typeof stepSchema>;

const fileSchema = z.strictObject({
  id: slug,
  country: z.array(z.string().regex(/^[A-Z]{2}$/, 'must be a country of two capital letters')).min(1),
  graceDays: z.int().min(0).max(60).default(2),
  smallBalance: currencyAmounts.default({}),
  caps: caps.optional(),
  steps: z.array(stepSchema).min(1).max(100),
}).superRefine(({ steps }, context) => {
  const seen = new Set<string>();
  for (const [index, step] of steps.entries()) {
    for (const { field, message } of [...(seen.has(step.key) ? [{ field: 'key', message: 'is used by an earlier step' }] : []), ...contradictions(step)]) {
      context.addIssue({ code: 'custom', path: ['steps', index, ...field.split('.')], message });
    }
    seen.add(step.key);
  }
});

interface Contradiction {
  readonly field: string;
  readonly message: string;
}

/** What single fields allow and a step as a whole does not. */
function contradictions(step: StepFile): Contradiction[] {
  const found: Contradiction[] = [];
  const { anchor, days } = step.when;
  const wrong = (field: string, message: string, holds: boolean): void => {
    if (holds) found.push({ field, message });
  };
  wrong('template', 'is needed for a contact', step.do === 'contact' && step.template === undefined);
  wrong('channels', `says nothing for ${step.do}`, step.channels !== undefined && (step.do === 'callback' || step.do === 'preLegal'));
  wrong('requires', 'is only for preLegal', step.requires !== undefined && step.do !== 'preLegal');
  wrong('minOverdue', 'is only for preLegal', step.minOverdue !== undefined && step.do !== 'preLegal');
  wrong('caps', `bind no ${step.do}`, step.caps !== undefined && step.do !== 'contact' && step.do !== 'callback');
  wrong('caps', 'bind nothing that the person asked for', step.caps !== undefined && (step.purpose === 'transactional' || anchor === 'settled'));
  wrong('if', 'promiseBroken needs the anchor promise', step.if === 'promiseBroken' && anchor !== 'promise');
  wrong('if', 'nothing is unpaid after the settlement', step.if !== undefined && anchor === 'settled');
  wrong('when.days', 'must not be negative: nobody knows the day before it comes', days < 0 && anchor !== 'due' && anchor !== 'promise');
  wrong('when.days', 'must not be negative: a promise is broken after its date', days < 0 && step.if === 'promiseBroken');
  wrong('when.anchor', 'must be settled for a survey', step.do === 'survey' && anchor !== 'settled');
  wrong('when.anchor', 'must be due or assigned for preLegal', step.do === 'preLegal' && anchor !== 'due' && anchor !== 'assigned');
  wrong('when.anchor', 'must not be settled for a callback', step.do === 'callback' && anchor === 'settled');
  wrong('purpose', 'must be transactional after the settlement: nothing is left to collect', anchor === 'settled' && (step.purpose === 'collection' || step.purpose === 'preDueReminder'));
  wrong('purpose', 'preDueReminder is for negative days on due', step.purpose === 'preDueReminder' && !(anchor === 'due' && days < 0));
  wrong('purpose', `is not for ${step.do}`, step.purpose !== undefined && step.do !== 'contact' && step.purpose !== purposeOf({ ...step, purpose: undefined }));
  return found;
}

/**
 * Reads a strategy file: YAML or JSON text, or the parsed object. The version is given by who publishes it.
 * Throws ERR_STRATEGY with the path of every field that is wrong.
 */
export function parseStrategy(file: unknown, { version }: { readonly version: number }): Strategy {
  const result = fileSchema.safeParse(typeof file === 'string' ? parseText(file) : file);
  if (!result.success) throw invalid(result.error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message })));
  const { id, country, graceDays, smallBalance, steps, caps: own } = result.data;
  return { id, version, country, graceDays, smallBalance, steps: steps.map(fillIn), ...ownCaps(own) };
}

function parseText(text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    throw invalid([{ path: '', message: error instanceof Error ? error.message : 'is not YAML' }], error);
  }
}

/** Absent where there are none: versions published before there were caps must read the same. */
function ownCaps(given: z.output<typeof caps> | undefined): { caps?: StrategyCap[] } {
  if (given === undefined || given.length === 0) return {};
  return { caps: given.map(({ channels: bound, max, over }) => ({ ...(bound === undefined ? {} : { channels: bound }), max, over })) };
}

function invalid(errors: readonly FieldError[], cause?: unknown): AppError {
  const [first] = errors;
  const detail = first ? `The strategy file is not valid: ${first.path === '' ? '' : `${first.path} `}${first.message}` : 'The strategy file is not valid.';
  return new AppError('ERR_STRATEGY', detail, { errors, ...(cause === undefined ? {} : { cause }) });
}

function fillIn(step: StepFile): Step {
  const { key, when: { anchor, days } } = step;
  const writes = step.do === 'contact' || step.do === 'survey';
  return {
    key, anchor, days, atMinute: minuteOf(step), if: step.if ?? null, do: step.do,
    channels: writes ? step.channels ?? ['sms', 'email'] : [],
    template: step.template ?? null, expiresDays: step.expiresDays ?? lifeOf(step), purpose: purposeOf(step),
    requires: definedOf(step.requires ?? {}), minOverdue: step.minOverdue ?? {}, ...ownCaps(step.caps),
  };
}

/** The day's own hour; without one: at once after a settlement or assignment, else in the morning. */
function minuteOf({ when, do: action }: StepFile): number | null {
  if (when.at !== undefined) return Number(when.at.slice(0, 2)) * 60 + Number(when.at.slice(3));
  if (when.days === 0 && (when.anchor === 'settled' || when.anchor === 'assigned')) return null;
  return (action === 'contact' ? 10 : 9) * 60;
}

/** What comes before a date is of no use from that date on; everything else waits for its lawful minute. */
function lifeOf({ when }: StepFile): number | null {
  return when.days < 0 ? -when.days - 1 : null;
}

function purposeOf(step: Pick<StepFile, 'do' | 'when' | 'purpose'>): StepPurpose {
  if (step.purpose !== undefined) return step.purpose;
  if (step.do === 'survey') return 'survey';
  if (step.when.anchor === 'settled') return 'transactional';
  return step.do === 'contact' && step.when.anchor === 'due' && step.when.days < 0 ? 'preDueReminder' : 'collection';
}

function definedOf(requires: NonNullable<StepFile['requires']>): Step['requires'] {
  const { noticesDelivered, callAttempts, noDispute, noOpenPromise } = requires;
  return {
    ...(noticesDelivered === undefined ? {} : { noticesDelivered }),
    ...(callAttempts === undefined ? {} : { callAttempts }),
    ...(noDispute === undefined ? {} : { noDispute }),
    ...(noOpenPromise === undefined ? {} : { noOpenPromise }),
  };
}
