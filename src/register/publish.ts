/** Publishing strategies and texts: a version is stored once and never changes. */
import canonicalize from 'canonicalize';
import { insertStrategy, listStrategies, strategyOf } from '../db/strategies.ts';
import { insertTemplate, templateVersion } from '../db/templates.ts';
import { AppError } from '../errors.ts';
import { shippedStrategies } from '../strategy/shipped.ts';
import type { Strategy } from '../strategy/strategy.ts';
import { shippedTemplates } from '../text/template.ts';
import type { RegisterContext } from './person-lock.ts';

type Publisher = Pick<RegisterContext, 'db' | 'clock'>;

/** Stores everything that comes with this release; again changes nothing. ERR_STRATEGY or ERR_TEMPLATE when a published version was edited. */
export async function publishShipped(ctx: Publisher): Promise<void> {
  for (const { strategy, source } of shippedStrategies()) await publishStrategy(ctx, strategy, source);
  const now = await ctx.clock.now();
  for (const template of shippedTemplates()) {
    if (await insertTemplate(ctx.db, template, now)) continue;
    const stored = await templateVersion(ctx.db, template.key, template.locale, template.version);
    if (!same(stored?.body, template.body)) {
      throw new AppError('ERR_TEMPLATE', `Template ${template.key} (${template.locale}) version ${template.version} is published with another content; raise its version.`);
    }
  }
}

/** Stores a version of a strategy; true when it is new. ERR_STRATEGY when that version is published with another content. */
export async function publishStrategy(ctx: Publisher, strategy: Strategy, source: string): Promise<boolean> {
  if (await insertStrategy(ctx.db, strategy, source, await ctx.clock.now())) return true;
  if (!same(await strategyOf(ctx.db, strategy.id, strategy.version), strategy)) {
    throw new AppError('ERR_STRATEGY', `Strategy ${strategy.id} version ${strategy.version} is published with another content; raise its version.`);
  }
  return false;
}

/** PostgreSQL keeps jsonb in an order of its own. */
function same(stored: unknown, given: unknown): boolean {
  return canonicalize(stored) === canonicalize(given);
}

/** A published version as the API answers it. */
export interface StrategyAnswer {
  readonly id: string;
  readonly version: number;
  readonly country: readonly string[];
  readonly publishedAt: string;
  readonly source: string;
  readonly definition: Record<string, unknown>;
}

/** Every published version, by id and version. */
export async function readStrategies(ctx: Pick<RegisterContext, 'db'>): Promise<StrategyAnswer[]> {
  return (await listStrategies(ctx.db)).map((row) => ({
    id: row.id, version: row.version, country: row.definition.country, publishedAt: new Date(row.published_at).toISOString(), source: row.source,
    definition: { ...row.definition },
  }));
}
