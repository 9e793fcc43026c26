/** What the API answers, for the OpenAPI document and as the last check before an answer leaves: unknown fields stay inside. */
import * as z from 'zod';

const instant = z.string().meta({ format: 'date-time', description: 'RFC 3339 in UTC' });
const localDate = z.string().meta({ format: 'date', description: 'local date of the agreement' });
const minor = z.int().meta({ description: 'minor units of the currency' });
const text = z.object({ es: z.string(), en: z.string() });
const hash = z.string();

export const problem = z.object({
  type: z.string(), title: z.string(), status: z.int(), code: z.string(), detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
}).meta({ id: 'Problem' });

/** `{ items, nextCursor }`; nextCursor is null at the end. */
export function pageOf<T extends z.ZodType>(item: T): z.ZodObject<{ items: z.ZodReadonly<z.ZodArray<T>>; nextCursor: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item).readonly(), nextCursor: z.string().nullable() });
}

export const agreement = z.object({
  id: z.string(), creditorId: z.string(), externalId: z.string(), personId: z.string(), coDebtors: z.array(z.string()).readonly(), batch: z.string().nullable(),
  phase: z.enum(['active', 'broken', 'preLegal', 'settled', 'closed']),
  overdue: z.boolean(), daysPastDue: z.int(),
  flags: z.object({ hold: z.boolean(), dispute: z.boolean(), promise: z.boolean(), optedOut: z.boolean() }),
  currency: z.string(), balanceMinor: minor, creditMinor: minor,
  instalments: z.array(z.object({ number: z.int(), dueOn: localDate, amountMinor: minor, paidMinor: minor, version: z.int() })).readonly(),
  strategy: z.object({ id: z.string(), version: z.int() }),
  workflowId: z.string(), runId: z.string().nullable(),
  nextStep: z.object({ step: z.string(), at: instant }).nullable(),
}).meta({ id: 'Agreement' });

export const debt = agreement.omit({ instalments: true }).extend({
  state: z.enum(['assigned', 'agreed', 'paid', 'withdrawn', 'stopped']),
  agreementId: z.string().nullable().meta({ description: 'the agreement that took its place' }),
  contractRef: z.string().nullable(), assignedOn: localDate, amountMinor: minor.meta({ description: 'what was assigned' }),
}).meta({ id: 'Debt' });

export const timelineEntry = z.object({
  seq: z.int(), at: instant, kind: z.string(), channel: z.string().optional(), outcome: z.string().optional(),
  rules: z.array(z.string()).readonly().optional(), text, hash, prevHash: hash,
}).meta({ id: 'TimelineEntry' });

export const explanation = z.object({
  phase: agreement.shape.phase,
  next: z.object({ step: z.string(), at: instant, earliestLawfulAt: instant.nullable(), rules: z.array(z.string()).readonly(), binding: z.string().nullable(), putOffBy: z.array(z.string()).readonly() }).nullable(),
  text,
}).meta({ id: 'Explanation' });

export const payment = z.object({
  id: z.string(), externalId: z.string(), agreementId: z.string(), amountMinor: minor, currency: z.string(), paidAt: instant, method: z.string(),
  instalment: z.int().optional(), collectedBy: z.enum(['agency', 'creditor']), bookedAt: instant,
  reversal: z.object({ externalId: z.string(), reason: z.string().optional(), at: instant }).optional(),
}).meta({ id: 'Payment' });

export const callback = z.object({
  id: z.string(), agreementId: z.string(), creditorId: z.string(), agentId: z.string(), from: instant, until: instant,
  state: z.enum(['booked', 'due', 'done', 'missed', 'cancelled']), outcome: z.string().optional(), note: z.string().optional(),
}).meta({ id: 'Callback' });

export const slot = z.object({ slotId: z.string(), agentId: z.string(), from: instant, until: instant }).meta({ id: 'Slot' });

export const preLegalCase = z.object({
  id: z.string(), agreementId: z.string(), creditorId: z.string(), number: z.int(),
  state: z.enum(['opened', 'approved', 'handedOver', 'withdrawn']), overdueMinor: minor, openedAt: instant, closedAt: instant.optional(),
  reason: z.string().optional(), approvals: z.array(z.object({ by: z.string(), at: instant, note: z.string().optional() })).readonly(),
}).meta({ id: 'PreLegalCase' });

export const call = z.object({
  id: z.string(), agreementId: z.string(), channel: z.enum(['call', 'visit', 'letter']), at: instant, outcome: z.string(),
  contact: z.enum(['noContact', 'thirdParty', 'rightParty', 'deceased']), callbackId: z.string().optional(), note: z.string().optional(),
}).meta({ id: 'Call' });

export const survey = z.object({
  id: z.string(), agreementId: z.string(), creditorId: z.string(), state: z.enum(['created', 'invited', 'nudged', 'answered', 'expired']),
  createdAt: instant, expiresAt: instant, answeredAt: instant.optional(), score: z.int().optional(), comment: z.string().optional(),
}).meta({ id: 'Survey' });

export const inboxItem = z.object({
  id: z.string(), kind: z.string(), class: z.string(), confidence: z.number(), channel: z.enum(['sms', 'email']), at: instant, state: z.enum(['open', 'done']), did: z.string(), attachments: z.int(),
  creditorId: z.string().optional(), personId: z.string().optional(), agreementId: z.string().optional(), from: z.string().optional(), text: z.string().optional(),
  date: localDate.optional(), time: z.string().optional(), amountMinor: minor.optional(), closedAt: instant.optional(), closedBy: z.string().optional(), note: z.string().optional(),
}).meta({ id: 'InboxItem' });

export const agent = z.object({
  id: z.string(), name: z.string(), zone: z.string(), creditors: z.array(z.string()).readonly().nullable(), active: z.boolean(),
}).meta({ id: 'Agent' });

export const shift = z.object({
  id: z.string(), agentId: z.string(), weekday: z.int(), fromMinute: z.int(), untilMinute: z.int(), slotMinutes: z.int(),
}).meta({ id: 'Shift' });

export const optOutAnswer = z.object({
  id: z.string(), personId: z.string(), scope: z.enum(['channel', 'creditor', 'all']), channels: z.array(z.string()).readonly(),
}).meta({ id: 'OptOut' });

export const stopAnswer = z.object({
  id: z.string(), on: z.string(), at: instant, permanent: z.boolean(), agreements: z.array(z.string()).readonly(),
}).meta({ id: 'Stop' });

export const strategy = z.object({
  id: z.string(), version: z.int(), publishedAt: instant, source: z.string(),
  definition: z.record(z.string(), z.unknown()).meta({ description: 'the strategy with every default filled in' }),
}).meta({ id: 'Strategy' });

const remark = z.object({ step: z.string().nullable(), country: z.string(), household: z.string(), rules: z.array(z.string()).readonly(), message: z.string() });
export const publishedStrategy = strategy.extend({
  warnings: z.array(remark).readonly().meta({ description: 'what the feasibility sweep found to slip or lapse at times' }),
}).meta({ id: 'PublishedStrategy' });

export const segmentSet = z.object({
  version: z.int(), publishedAt: instant, publishedBy: z.string(), source: z.string(), definition: z.record(z.string(), z.unknown()),
}).meta({ id: 'SegmentSet' });

const scorePart = z.object({ factor: z.string(), value: z.number(), points: z.int(), most: z.int(), text });
const facts = z.object({
  creditorId: z.string(), country: z.string(), product: z.string().nullable(), currency: z.string(), amountMinor: minor, score: z.int(),
  missed: z.int(), onTime: z.int(), promisesKept: z.int(), promisesBroken: z.int(), daysPastDue: z.int(),
}).meta({ description: 'what the segments look at' });
export const scored = z.object({ agreementId: z.string(), points: z.int(), parts: z.array(scorePart).readonly(), facts }).meta({ id: 'Score' });

export const strategyProposal = z.object({
  id: z.string(), creditorId: z.string(), agreementId: z.string(), from: z.object({ id: z.string(), version: z.int() }), to: z.string(),
  segment: z.string().nullable(), segmentVersion: z.int(), facts, score: z.object({ points: z.int(), parts: z.array(scorePart).readonly() }),
  state: z.enum(['open', 'approved', 'rejected', 'withdrawn']), proposedAt: instant, decidedAt: instant.optional(), decidedBy: z.string().optional(), text,
}).meta({ id: 'StrategyProposal' });

export const template = z.object({
  key: z.string(), locale: z.string(), version: z.int(), kind: z.enum(['message', 'script']), purpose: z.string(), publishedAt: instant,
  publishedBy: z.string().meta({ description: 'pacto: came with a release; else the key that published it' }),
  body: z.record(z.string(), z.unknown()),
}).meta({ id: 'Template' });

export const person = z.object({
  id: z.string(), creditorId: z.string(), externalId: z.string(), type: z.enum(['person', 'company']), name: z.string(), language: z.string(),
  zone: z.string().nullable(),
  contactPoints: z.array(z.object({
    id: z.string(), kind: z.enum(['phone', 'email']), value: z.string(), channels: z.array(z.string()).readonly(), health: z.string(), given: z.boolean(),
    consent: z.record(z.string(), z.string()),
  })).readonly(),
}).meta({ id: 'Person' });

const creditorSettings = z.object({
  componentOrder: z.array(z.string()).readonly().optional(),
  promiseLimits: z.object({ maxDaysAhead: z.int().optional(), maxInARow: z.int().optional() }).optional(),
  firm: z.string().optional(),
  senders: z.object({ smsFrom: z.string().optional(), emailFrom: z.string().optional() }).optional(),
  strategies: z.record(z.string(), z.unknown()).optional(),
  payUrl: z.string().optional(),
  payments: z.object({ provider: z.string().optional(), collectedBy: z.string().optional(), pauseDays: z.int().optional(), receipts: z.boolean().optional() }).optional(),
  contact: z.object({
    phone: z.string().optional(), email: z.string().optional(), address: z.string().optional(), taxId: z.string().optional(), person: z.string().optional(),
    creditorAddress: z.string().optional(), creditorTaxId: z.string().optional(),
  }).optional(),
});

export const creditor = z.object({
  id: z.string(), name: z.string(), type: z.enum(['firstParty', 'thirdParty']), country: z.string(), currency: z.string(),
  settings: creditorSettings, createdAt: instant,
}).meta({ id: 'Creditor' });

export const suspense = z.object({
  id: z.string(), creditorId: z.string().nullable().meta({ description: 'null: whose money it is nobody knows' }), agreementId: z.string().nullable(), reason: z.string(),
  source: z.string().nullable().meta({ description: 'provider and movement; the external id of the payment once it is matched' }),
  amountMinor: minor.nullable(), standingMinor: z.int().nullable().meta({ description: 'what of it has not gone back' }), currency: z.string().nullable(),
  paidAt: instant.nullable(), method: z.string().nullable(), at: instant,
  told: z.object({ reference: z.string().optional(), account: z.string().optional(), payerName: z.string().optional(), payerNationalId: z.string().optional() }).optional(),
  match: z.object({ agreementId: z.string(), paymentId: z.string(), at: instant }).optional(),
}).meta({ id: 'Suspense' });

export const bankFile = z.object({
  entries: z.int(), booked: z.int(), suspense: z.int(), unchanged: z.int().meta({ description: 'known from a file before' }),
  skipped: z.int().meta({ description: 'money that left the account' }), dryRun: z.boolean(),
  errors: z.array(z.object({ line: z.int(), column: z.string().optional(), reason: z.string() })),
}).meta({ id: 'BankFile' });

export const paymentLink = z.object({ url: z.string() }).meta({ id: 'PaymentLink' });

export const promise = z.object({
  id: z.string(), agreementId: z.string(), amountMinor: minor, dueOn: localDate, channel: z.string(), madeAt: instant,
}).meta({ id: 'Promise' });

export const renegotiation = z.object({ agreementId: z.string(), version: z.int() }).meta({ id: 'Renegotiation' });

export const held = z.object({ agreementId: z.string(), until: instant.nullable() }).meta({ id: 'Hold' });

export const dispute = z.object({
  id: z.string(), agreementId: z.string(), reason: z.string(), text: z.string().optional(), openedAt: instant,
  outcome: z.enum(['upheld', 'rejected']).optional(), note: z.string().optional(), resolvedAt: instant.optional(),
}).meta({ id: 'Dispute' });

export const cancellation = z.object({ agreementId: z.string(), phase: z.literal('closed') }).meta({ id: 'Cancellation' });

const importSummary = z.object({ accepted: z.int(), rejected: z.int(), unchanged: z.int() });

export const importFile = z.object({
  id: z.string(), kind: z.enum(['agreements', 'debts', 'payments', 'contacts']), creditorId: z.string(), dryRun: z.boolean(), state: z.enum(['reading', 'takingIn', 'done']), workflowId: z.string(),
  progress: z.object({ lines: z.int(), readLines: z.int(), items: z.int(), settled: z.int(), rejected: z.int() }),
  rows: z.int(), agreements: importSummary.optional(), debts: importSummary.optional(), payments: importSummary.optional(), contacts: importSummary.optional(), errorCount: z.int(),
  errors: z.array(z.object({ line: z.int(), column: z.string().nullable(), reason: z.string() })).readonly(), nextCursor: z.string().nullable(),
  createdAt: instant, endedAt: instant.optional(),
}).meta({ id: 'Import' });
