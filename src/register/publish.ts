/** Publishing strategies and texts: a version is stored once and never changes. */
import canonicalize from 'canonicalize';
import { insertStrategy, listStrategies, strategyOf } from '../db/strategies.ts';
import { insertReleased, RELEASE } from '../db/templates.ts';
import { AppError } from '../errors.ts';
import { shippedStrategies } from '../strategy/shipped.ts';
import type { Strategy } from '../strategy/strategy.ts';
import { shippedTemplates } from '../text/shipped.ts';
import type { RegisterContext } from './person-lock.ts';
import { same as sameTemplate } from './template.ts';

type Publisher = Pick<RegisterContext, 'db' | 'clock'>;

/** Stores everything that comes with this release; again changes nothing. ERR_STRATEGY or ERR_TEMPLATE when a published version was edited. */
export async function publishShipped(ctx: Publisher): Promise<void> {
  for (const { strategy, source } of shippedStrategies()) await publishStrategy(ctx, strategy, source);
  await publishShippedTemplates(ctx);
}

async function publishShippedTemplates(ctx: Publisher): Promise<void> {
  const shipped = shippedTemplates().map((template) => ({ ...template, body: { ...template.body } }));
  const bodies = new Map(shipped.map((template) => [`${template.key} ${template.locale} ${template.version}`, template.body]));
  for (const row of await insertReleased(ctx.db, shipped, await ctx.clock.now())) {
    const body = bodies.get(`${row.key} ${row.locale} ${row.version}`);
    // A number that the installation's own text has taken: that text stays in force.
    if (row.published_by !== RELEASE || body === undefined || sameTemplate(row, body)) continue;
    throw new AppError('ERR_TEMPLATE', `Template ${row.key} (${row.locale}) version ${row.version} is published with another content; raise its version.`);
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
