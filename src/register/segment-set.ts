/** Publishing segments: every change is a new version of the whole ordered list; the newest is in force. */
import canonicalize from 'canonicalize';
import { insertSegments, latestSegments, listSegments, type SegmentSetRow } from '../db/segments.ts';
import { latestStrategy } from '../db/strategies.ts';
import { AppError } from '../errors.ts';
import { parseSegments, type SegmentSet } from '../strategy/segment.ts';
import type { Actor } from './actor.ts';
import type { RegisterContext } from './person-lock.ts';

/** A version of the segments as the API answers it. */
export interface SegmentSetAnswer {
  readonly version: number;
  readonly publishedAt: string;
  readonly publishedBy: string;
  readonly source: string;
  readonly definition: SegmentSet;
}

function answerOf(row: SegmentSetRow): SegmentSetAnswer {
  return { version: row.version, publishedAt: new Date(row.published_at).toISOString(), publishedBy: row.published_by, source: row.source, definition: row.definition };
}

/** Every version, the newest first. */
export async function readSegments(ctx: Pick<RegisterContext, 'db'>): Promise<SegmentSetAnswer[]> {
  return (await listSegments(ctx.db)).map(answerOf);
}

/** Publishes a file of segments as the next version; the content of the newest again changes nothing. ERR_SEGMENT when it is not valid or names a strategy that is not published. */
export async function publishSegments(ctx: RegisterContext, actor: Actor, file: unknown): Promise<{ created: boolean; segments: SegmentSetAnswer }> {
  if (actor.creditorId !== null) throw new AppError('ERR_ROLE', 'Only a key of all creditors publishes segments.');
  const definition = parseSegments(file);
  await requireStrategies(ctx, definition);
  for (;;) {
    const newest = await latestSegments(ctx.db);
    if (newest !== undefined && canonicalize(newest.definition) === canonicalize(JSON.parse(JSON.stringify(definition)))) return { created: false, segments: answerOf(newest) };
    const version = (newest?.version ?? 0) + 1;
    const source = typeof file === 'string' ? file : JSON.stringify(file);
    if (!(await insertSegments(ctx.db, { version, definition, source, publishedBy: actor.id, publishedAt: await ctx.clock.now() }))) continue;
    const stored = await latestSegments(ctx.db);
    if (stored !== undefined) return { created: true, segments: answerOf(stored) };
  }
}

async function requireStrategies(ctx: RegisterContext, { segments, otherwise }: SegmentSet): Promise<void> {
  const named = [...segments.map(({ strategy }, index) => ({ strategy, path: `segments.${index}.strategy` })), { strategy: otherwise, path: 'otherwise' }];
  const errors: { path: string; message: string }[] = [];
  for (const { strategy, path } of named) {
    if ((await latestStrategy(ctx.db, strategy)) === undefined) errors.push({ path, message: `there is no strategy ${strategy}` });
  }
  if (errors.length > 0) throw new AppError('ERR_SEGMENT', errors[0]?.message, { errors });
}
