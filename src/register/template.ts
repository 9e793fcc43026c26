/** Texts as people publish and read them: a version is checked against the law, stored once, and never changes. */
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { textLawOf } from '../contact-law/text-law.ts';
import { insertTemplate, newestTemplate, templateFor, templateRows, templateVersion, type TemplatePlace, type TemplateRow } from '../db/templates.ts';
import { localDate } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import { templateFaults, type LawOf } from '../text/check.ts';
import { refuseFaults } from '../text/content-rule.ts';
import { readTemplate, type TemplateFile } from '../text/shipped.ts';
import { parseTemplateBody } from '../text/template.ts';
import type { Actor } from './actor.ts';
import type { Page, PageQuery } from './page.ts';
import type { RegisterContext } from './person-lock.ts';
import { policiesInForce } from './policies.ts';

/** A published version as the API answers it. */
export interface TemplateAnswer {
  readonly key: string;
  readonly locale: string;
  readonly version: number;
  readonly kind: 'message' | 'script';
  readonly purpose: string;
  readonly publishedAt: string;
  readonly publishedBy: string;
  readonly body: Record<string, unknown>;
}

const TRIES = 5;

/**
 * Publishes a template file (the parsed file, with its key and locale) as the next version of its locale; the content of
 * the newest again changes nothing. ERR_TEMPLATE with the rule and its source when a content rule is broken, and when the
 * file states a version that is published with another content: texts serve all creditors, so a creditor's key may not.
 */
export async function publishTemplate(
  ctx: RegisterContext, actor: Actor, file: unknown, options: { locale?: string | undefined; lawOf?: LawOf } = {},
): Promise<{ created: boolean; template: TemplateAnswer }> {
  if (actor.creditorId !== null) throw new AppError('ERR_ROLE', 'Only a key of all creditors publishes templates.');
  const read = readTemplate(file, { locale: options.locale });
  refuseFaults(read.key, templateFaults(read, options.lawOf ?? publishingLaw(await ctx.clock.now())));
  if (read.statesVersion) await refuseEdited(ctx, read);
  for (let left = TRIES - 1; ; left -= 1) {
    const newest = await newestTemplate(ctx.db, read.key, read.locale);
    if (newest !== undefined && same(newest, read.body)) return { created: false, template: toAnswer(newest) };
    const version = (newest?.version ?? 0) + 1;
    const stored = await insertTemplate(ctx.db, { ...read, version, body: { ...read.body } }, await ctx.clock.now(), actor.id);
    if (stored) return { created: true, template: toAnswer(await required(ctx, read.key, read.locale, version)) };
    // Somebody else published under this version meanwhile.
    if (left === 0) throw new AppError('ERR_TEMPLATE', `The template ${read.key} (${read.locale}) is being published by somebody else at this moment.`);
  }
}

/** What the profiles of this release want of a text that is published at `now` (epoch ms). */
export function publishingLaw(now: number): LawOf {
  // The earliest date on Earth: a rule that ends today still holds somewhere.
  const date = localDate('Etc/GMT+12', now);
  return (country) => textLawOf(policiesInForce(), country, date);
}

async function refuseEdited(ctx: RegisterContext, { key, locale, version, body }: TemplateFile): Promise<void> {
  const stored = await templateVersion(ctx.db, key, locale, version);
  if (stored === undefined || same(stored, body)) return;
  const message = `version ${version} is published with another content; leave the version out to publish the next one`;
  throw new AppError('ERR_TEMPLATE', `Template ${key} (${locale}): ${message}.`, { errors: [{ path: 'version', message }] });
}

/** PostgreSQL keeps jsonb in an order of its own, and a body of an earlier release has fewer defaults filled in. */
export function same(stored: Pick<TemplateRow, 'key' | 'body'>, body: object): boolean {
  return canonicalize(stored.body) === canonicalize(body) || canonicalize(parsedOrRaw(stored)) === canonicalize(body);
}

function parsedOrRaw({ key, body }: Pick<TemplateRow, 'key' | 'body'>): unknown {
  try {
    return parseTemplateBody(key, body);
  } catch {
    return body;
  }
}

export interface TemplateQuery extends PageQuery {
  readonly key?: string | undefined;
  readonly locale?: string | undefined;
}

const place = z.tuple([z.string(), z.string(), z.int()]);

/** Every published version, by key, locale and version. */
export async function readTemplates(ctx: Pick<RegisterContext, 'db'>, query: TemplateQuery): Promise<Page<TemplateAnswer>> {
  const rows = await templateRows(ctx.db, query, { limit: query.limit + 1, after: query.cursor === undefined ? undefined : placeOf(query.cursor) });
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const more = last !== undefined && rows.length > query.limit;
  return { items: shown.map(toAnswer), nextCursor: more ? Buffer.from(JSON.stringify([last.key, last.locale, last.version])).toString('base64url') : null };
}

function placeOf(cursor: string): TemplatePlace {
  let told: unknown;
  try {
    told = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    told = undefined;
  }
  const parsed = place.safeParse(told);
  if (!parsed.success) throw new AppError('ERR_QUERY', 'The cursor is not one of this list.', { errors: [{ path: 'cursor', message: 'use nextCursor of the page before' }] });
  const [key, locale, version] = parsed.data;
  return { key, locale, version };
}

/** One version, or the one in force where none is named; ERR_NOT_FOUND. */
export async function readTemplateOf(ctx: Pick<RegisterContext, 'db'>, key: string, locale: string, version?: number): Promise<TemplateAnswer> {
  const row = version === undefined ? await templateFor(ctx.db, key, locale) : await templateVersion(ctx.db, key, locale, version);
  if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such template.');
  return toAnswer(row);
}

async function required(ctx: RegisterContext, key: string, locale: string, version: number): Promise<TemplateRow> {
  const row = await templateVersion(ctx.db, key, locale, version);
  if (row === undefined) throw new AppError('ERR_INTERNAL');
  return row;
}

function toAnswer(row: TemplateRow): TemplateAnswer {
  const { kind, purpose } = row.body;
  return {
    key: row.key, locale: row.locale, version: row.version, kind: kind === 'script' ? 'script' : 'message', purpose: typeof purpose === 'string' ? purpose : 'collection',
    publishedAt: new Date(row.published_at).toISOString(), publishedBy: row.published_by, body: { ...row.body },
  };
}
