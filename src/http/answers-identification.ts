/** What the routes of sources and matches answer. */
import * as z from 'zod';

const instant = z.string().meta({ format: 'date-time', description: 'RFC 3339 in UTC' });
const matched = z.object({ id: z.string(), creditorId: z.string(), externalId: z.string(), name: z.string() });

export const match = z.object({
  id: z.string(), state: z.enum(['open', 'same', 'different']), person: matched.meta({ description: 'came later; not contacted while the pair is open' }), other: matched,
  score: z.number().meta({ description: 'likeness of the names, 0 to 1' }), shared: z.array(z.enum(['phone', 'email'])).readonly(),
  foundAt: instant, decidedAt: instant.optional(), decidedBy: z.string().optional(),
}).meta({ id: 'Match' });

const counts = z.object({ withdrawn: z.int().optional(), missing: z.int().optional(), missingWithdrawn: z.int().optional(), unchanged: z.boolean().optional() });
const run = z.object({
  id: z.string(), version: z.int(), file: z.string().optional(), sha256: z.string(), state: z.enum(['claimed', 'importing', 'done', 'failed']), importId: z.string().optional(),
  counts, error: z.string().optional(), claimedAt: instant, endedAt: instant.optional(),
});

export const source = z.object({
  id: z.string(), creditorId: z.string(), name: z.string(), kind: z.enum(['folder', 'sql']), version: z.int(), active: z.boolean(),
  definition: z.record(z.string(), z.unknown()), createdAt: instant, lookedAt: instant.optional(), nextAt: instant, lastRun: run.optional(),
}).meta({ id: 'Source' });
