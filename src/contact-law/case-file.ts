/** Worked cases of contact law: one JSON object a line, each with what is expected of it, judged by the evaluator that gates sends. */
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { evaluate } from './evaluate.ts';
import type { ContactCase, LawDecision, PolicySet } from './policy.ts';

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const channel = z.enum(['call', 'visit', 'sms', 'whatsapp', 'email', 'letter']);
const purpose = z.enum(['preDueReminder', 'collection', 'transactional', 'survey', 'legalNotice', 'optOutAck', 'replyToDebtor']);
const stopEvent = z.enum(['servedInSuit', 'insolvency', 'attorney', 'writtenCease', 'deceased', 'paid', 'disputed', 'dataBlocked', 'wrongNumber']);

/** Unknown members (a case says `why`) are left alone. */
const workedCase = z.object({
  id: z.union([z.number(), z.string()]),
  profile: z.string(),
  zones: z.array(z.string()),
  now: instant,
  channel, purpose,
  party: z.enum(['debtor', 'codebtor', 'guarantor', 'spouse', 'attorney', 'reference', 'employer', 'relative', 'unknown']),
  creditorType: z.enum(['firstParty', 'thirdParty']),
  history: z.array(z.object({
    channel, at: instant, kind: z.enum(['attempt', 'conversation']), direction: z.enum(['out', 'in']).optional(), purpose: purpose.optional(),
    debtId: z.string().optional(), creditorId: z.string().optional(),
  })),
  stops: z.array(z.object({ on: stopEvent, at: instant })).default([]),
  authorisedChannels: z.array(channel).optional(),
  debtId: z.string().optional(), creditorId: z.string().optional(), state: z.string().optional(), city: z.string().optional(),
  debtType: z.string().optional(), debtorType: z.enum(['person', 'company']).optional(), sector: z.string().optional(),
  expect: z.object({
    decision: z.enum(['allow', 'defer', 'refuse']), notBefore: instant.optional(), permanent: z.boolean().optional(), rules: z.array(z.string()).optional(),
  }).optional(),
});

export type WorkedCase = z.output<typeof workedCase>;

/** The answer to one case, as it is printed: what does not apply is absent. */
export interface CaseAnswer {
  readonly id: number | string;
  readonly decision: LawDecision['decision'];
  /** UTC, `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly notBefore?: string;
  readonly permanent?: boolean;
  readonly rules: readonly string[];
  readonly policyVersion: string;
  readonly calendarVersion: string;
  readonly tzVersion: string;
  /** Whether the answer is the expected one; only where something is expected. */
  readonly ok?: boolean;
}

/** Reads the lines of a case file; ERR_USAGE names every line that is not a case and why. */
export function parseCases(text: string): WorkedCase[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/).map((line, index) => ({ line, number: index + 1 })).filter(({ line }) => line.trim() !== '');
  const wrong: { path: string; message: string }[] = [];
  const cases = lines.flatMap(({ line, number }) => {
    const read = workedCase.safeParse(jsonOf(line));
    if (read.success) return [read.data];
    wrong.push(...read.error.issues.map(({ path, message }) => ({ path: [`line ${number}`, ...path].join('.'), message })));
    return [];
  });
  if (lines.length === 0) throw new AppError('ERR_USAGE', 'The file holds no case.');
  if (wrong.length > 0) throw new AppError('ERR_USAGE', `The file has lines that are not a case, the first: ${wrong[0]?.path ?? ''}.`, { errors: wrong });
  return cases;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Judges one case. */
export function answerCase(policies: PolicySet, { id, expect, ...rest }: WorkedCase): CaseAnswer {
  const decision = evaluate(policies, withoutAbsent(rest));
  const answer = {
    id, decision: decision.decision,
    ...(decision.notBefore === undefined ? {} : { notBefore: utcSecond(decision.notBefore) }),
    ...(decision.permanent === undefined ? {} : { permanent: decision.permanent }),
    rules: decision.rules, policyVersion: decision.policyVersion, calendarVersion: decision.calendarVersion, tzVersion: decision.tzVersion,
  };
  return expect === undefined ? answer : { ...answer, ok: isAsExpected(decision, expect) };
}

/** An absent member is left out rather than undefined. */
function withoutAbsent({ history, authorisedChannels, debtId, creditorId, state, city, debtType, debtorType, sector, ...told }: Omit<WorkedCase, 'id' | 'expect'>): ContactCase {
  return {
    ...told,
    history: history.map(({ channel: by, at, kind, direction, purpose: why, debtId: debt, creditorId: creditor }) => ({
      channel: by, at, kind, ...(direction && { direction }), ...(why && { purpose: why }), ...(debt !== undefined && { debtId: debt }), ...(creditor !== undefined && { creditorId: creditor }),
    })),
    ...(authorisedChannels && { authorisedChannels }), ...(debtorType && { debtorType }),
    ...(debtId !== undefined && { debtId }), ...(creditorId !== undefined && { creditorId }), ...(state !== undefined && { state }),
    ...(city !== undefined && { city }), ...(debtType !== undefined && { debtType }), ...(sector !== undefined && { sector }),
  };
}

/** Only what the case expects is compared; rules in any order. */
function isAsExpected(decision: LawDecision, expected: NonNullable<WorkedCase['expect']>): boolean {
  const sameRules = expected.rules === undefined || canonical(expected.rules) === canonical(decision.rules);
  return decision.decision === expected.decision && sameRules
    && (expected.notBefore === undefined || expected.notBefore === decision.notBefore)
    && (expected.permanent === undefined || expected.permanent === decision.permanent);
}

function canonical(rules: readonly string[]): string {
  return JSON.stringify([...new Set(rules)].toSorted());
}

function utcSecond(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
