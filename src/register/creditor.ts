/** Creditors: who the debts belong to, and what they set. */
import { z } from 'zod';
import { changeCreditor, creditorById, creditorRows, insertCreditor, lockCreditor, type CreditorRow } from '../db/creditors.ts';
import type { CreditorSettings, PaymentSettings } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import type { ComponentName } from '../domain/agreement.ts';
import { latestStrategy } from '../db/strategies.ts';
import { AppError } from '../errors.ts';
import { strategyOverrides, unknownSteps, withOverrides, type StrategyOverrides } from '../strategy/overrides.ts';
import { requireVisible, type Actor } from './actor.ts';
import { countryCode, currencyCode, externalIdText, plainText } from './agreement-body.ts';
import type { Page, PageQuery } from './page.ts';
import type { RegisterContext } from './person-lock.ts';
import { requireFeasible } from './feasible.ts';

const COMPONENTS = ['principal', 'interest', 'lateInterest', 'fees', 'taxes'] as const satisfies readonly ComponentName[];

const settings = z.strictObject({
  /** The order in which a payment covers the components of an instalment; those left out follow. */
  componentOrder: z.array(z.enum(COMPONENTS)).max(COMPONENTS.length).refine((order) => new Set(order).size === order.length, 'must name each component once').optional(),
  promiseLimits: z.strictObject({ maxDaysAhead: z.int().min(0).max(366).optional(), maxInARow: z.int().min(1).max(100).optional() }).optional(),
  /** Name under which messages are signed. */
  firm: plainText(60).optional(),
  senders: z.strictObject({
    smsFrom: z.string().regex(/^(\+[1-9]\d{1,14}|[A-Za-z0-9 ]{1,11})$/, 'must be a phone like +56961234567 or up to 11 letters and digits').optional(),
    emailFrom: z.email('must be an e-mail address').optional(),
  }).optional(),
  /** How the firm is reached, and who the creditor is on paper: some countries want it said (`pacto template preview` shows which). */
  contact: z.strictObject({
    phone: plainText(40).optional(), email: z.email('must be an e-mail address').optional(), address: plainText(120).optional(), taxId: plainText(40).optional(),
    person: plainText(80).optional(), creditorAddress: plainText(120).optional(), creditorTaxId: plainText(40).optional(),
  }).optional(),
  /** Where debtors of this creditor pay. */
  payUrl: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  /** Replies: business days in which proof of a payment is awaited, days of rest for who cannot pay, and from which confidence on a reply acts by itself. */
  replies: z.strictObject({
    proofDays: z.int().min(1).max(30).optional(), hardshipHoldDays: z.int().min(0).max(30).optional(), minConfidence: z.number().min(0).max(1).optional(),
  }).optional(),
  /** How payments by link work: which provider, whose account, how long a payment under way silences collection, receipts. */
  payments: z.strictObject({
    provider: z.enum(['stripe', 'mercadopago', 'khipu', 'flow', 'webpay', 'generic', 'none']).optional(), collectedBy: z.enum(['agency', 'creditor']).optional(),
    pauseDays: z.int().min(0).max(10).optional(), receipts: z.boolean().optional(),
  }).optional(),
  /** What this creditor changes in a strategy, by its id. */
  strategies: z.record(z.string(), strategyOverrides).optional(),
});

const details = { name: plainText(200), country: countryCode, currency: currencyCode };

/** `POST /v1/creditors`. */
export const creditorBody = z.strictObject({ id: externalIdText, type: z.enum(['firstParty', 'thirdParty']), ...details, settings: settings.prefault({}) });
/** What callers give: defaults may be left out. */
export type CreditorBody = z.input<typeof creditorBody>;

/** `PATCH /v1/creditors/{id}`: what is given replaces what is there, `settings` field by field. */
export const creditorPatch = z.strictObject(details).partial().extend({ settings: settings.optional() });
export type CreditorPatch = z.input<typeof creditorPatch>;

/** A creditor as the API answers it; `createdAt` RFC 3339 in UTC. */
export interface CreditorAnswer {
  readonly id: string;
  readonly name: string;
  readonly type: 'firstParty' | 'thirdParty';
  readonly country: string;
  readonly currency: string;
  readonly settings: CreditorSettings;
  readonly createdAt: string;
}

function toCreditorAnswer(row: CreditorRow): CreditorAnswer {
  return {
    id: row.id, name: row.name, type: row.type, country: row.country, currency: row.currency, settings: row.settings,
    createdAt: new Date(row.created_at).toISOString(),
  };
}

export interface CreatedCreditor {
  /** false: it was there with this content. */
  readonly created: boolean;
  readonly creditor: CreditorAnswer;
}

/** Adds a creditor. Again with the same name, type, country and currency changes nothing; otherwise ERR_CREDITOR_CONFLICT. */
export async function createCreditor(ctx: RegisterContext, actor: Actor, body: CreditorBody): Promise<CreatedCreditor> {
  if (actor.creditorId !== null) throw new AppError('ERR_ROLE', 'Only a key of all creditors adds one.');
  const given = { id: body.id, name: body.name, type: body.type, country: body.country, currency: body.currency };
  await requireFit(ctx, body.country, body.settings?.strategies);
  const created = await insertCreditor(ctx.db, { ...given, settings: tidy(body.settings ?? {}), created_at: await ctx.clock.now() });
  const row = await creditorById(ctx.db, body.id);
  if (row === undefined) throw new AppError('ERR_INTERNAL');
  const same = row.name === given.name && row.type === given.type && row.country === given.country && row.currency === given.currency;
  if (!created && !same) throw new AppError('ERR_CREDITOR_CONFLICT');
  return { created, creditor: toCreditorAnswer(row) };
}

/** Overrides name published strategies and their steps, and what they make of them can be lived in the creditor's country. */
async function requireFit(ctx: RegisterContext, country: string, given: Readonly<Record<string, StrategyOverrides>> | undefined): Promise<void> {
  for (const [id, overrides] of Object.entries(given ?? {})) {
    const wrong = (detail: string): AppError => new AppError('ERR_STRATEGY', detail, { errors: [{ path: `settings.strategies.${id}`, message: detail }] });
    const newest = await latestStrategy(ctx.db, id);
    if (newest === undefined) throw wrong(`There is no strategy ${id}.`);
    const unknown = unknownSteps(newest.definition, overrides);
    if (unknown.length > 0) throw wrong(`The strategy ${id} has no step ${unknown.join(', ')}.`);
    if (newest.definition.country.includes(country)) await requireFeasible(ctx, withOverrides(newest.definition, overrides), [country]);
  }
}

/** Changes a creditor; agreements that are logged already keep what they were logged with. */
export async function patchCreditor(ctx: RegisterContext, actor: Actor, id: string, patch: CreditorPatch): Promise<CreditorAnswer> {
  requireVisible(actor, id);
  const known = patch.settings?.strategies === undefined ? undefined : await creditorById(ctx.db, id);
  if (known !== undefined) await requireFit(ctx, patch.country ?? known.country, patch.settings?.strategies);
  return inTransaction(ctx.db, async (trx) => {
    const row = await lockCreditor(trx, id);
    if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such creditor.');
    const change = {
      name: patch.name ?? row.name, country: patch.country ?? row.country, currency: patch.currency ?? row.currency,
      settings: tidy({ ...row.settings, ...patch.settings }),
    };
    await changeCreditor(trx, id, change);
    return toCreditorAnswer({ ...row, ...change });
  });
}

/** Creditors by id; a creditor's key sees its own. */
export async function listCreditors(ctx: RegisterContext, actor: Actor, query: PageQuery): Promise<Page<CreditorAnswer>> {
  const after = query.cursor === undefined ? undefined : cursorId(query.cursor);
  const rows = await creditorRows(ctx.db, { limit: query.limit + 1, after, only: actor.creditorId });
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toCreditorAnswer),
    nextCursor: last === undefined || rows.length <= query.limit ? null : Buffer.from(last.id).toString('base64url'),
  };
}

function cursorId(cursor: string): string {
  const id = externalIdText.safeParse(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!id.success) throw new AppError('ERR_QUERY', 'The cursor is not one of this list.', { errors: [{ path: 'cursor', message: 'use nextCursor of the page before' }] });
  return id.data;
}

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };
type GivenSettings = Loose<Omit<CreditorSettings, 'promiseLimits' | 'senders' | 'contact' | 'replies' | 'payments'>> & {
  readonly replies?: Loose<NonNullable<CreditorSettings['replies']>> | undefined;
  readonly payments?: Loose<PaymentSettings> | undefined;
  readonly contact?: Loose<NonNullable<CreditorSettings['contact']>> | undefined;
  readonly promiseLimits?: Loose<NonNullable<CreditorSettings['promiseLimits']>> | undefined;
  readonly senders?: Loose<NonNullable<CreditorSettings['senders']>> | undefined;
};

/** Without the fields that are there but undefined. */
function tidy({ componentOrder, promiseLimits, firm, senders, payUrl, contact, strategies, replies, payments }: GivenSettings): CreditorSettings {
  return {
    ...(strategies === undefined ? {} : { strategies }),
    ...(componentOrder === undefined ? {} : { componentOrder }),
    ...(promiseLimits === undefined ? {} : { promiseLimits: tidyLimits(promiseLimits) }),
    ...(firm === undefined ? {} : { firm }),
    ...(senders === undefined ? {} : { senders: tidySenders(senders) }),
    ...(payUrl === undefined ? {} : { payUrl }),
    ...(contact === undefined ? {} : { contact: defined(contact) }),
    ...(replies === undefined ? {} : { replies: defined(replies) }),
    ...(payments === undefined ? {} : { payments: defined(payments) }),
  };
}

function tidyLimits({ maxDaysAhead, maxInARow }: NonNullable<GivenSettings['promiseLimits']>): NonNullable<CreditorSettings['promiseLimits']> {
  return { ...(maxDaysAhead === undefined ? {} : { maxDaysAhead }), ...(maxInARow === undefined ? {} : { maxInARow }) };
}

function tidySenders({ smsFrom, emailFrom }: NonNullable<GivenSettings['senders']>): NonNullable<CreditorSettings['senders']> {
  return { ...(smsFrom === undefined ? {} : { smsFrom }), ...(emailFrom === undefined ? {} : { emailFrom }) };
}

/** An object whose fields may all be left out, without those that are there but undefined. */
function defined<T extends object>(given: Loose<T>): Partial<T> {
  const kept: Partial<T> = {};
  for (const key in given) if (given[key] !== undefined) kept[key] = given[key];
  return kept;
}
