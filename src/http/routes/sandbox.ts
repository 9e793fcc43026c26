/** The virtual clock, for whoever holds the admin key of a sandbox; in production there is none. */
import * as z from 'zod';
import { AppError } from '../../errors.ts';
import type { SandboxClock } from '../../sandbox/clock/sandbox-clock.ts';
import { route, type Route } from '../route.ts';

const tag = 'sandbox';
const instant = z.string().meta({ format: 'date-time' });
const now = z.object({ now: instant });

/** `clock` null: every route answers ERR_CLOCK. */
export function sandboxRoutes(clock: SandboxClock | null): readonly Route[] {
  const running = (): SandboxClock => {
    if (clock === null) throw new AppError('ERR_CLOCK', 'This installation runs on the wall clock.');
    return clock;
  };
  return [
    route({
      method: 'GET', url: '/sandbox/clock', tag, summary: 'The business clock, and what an advance waits for',
      answer: now.extend({ advancingTo: instant.optional(), blockedBy: z.string().optional(), daysPerSecond: z.number() }),
      handle: async () => {
        const reading = await running().read();
        return {
          body: {
            now: rfc(reading.now), daysPerSecond: reading.daysPerSecond,
            ...(reading.advancingTo === undefined ? {} : { advancingTo: rfc(reading.advancingTo) }),
            ...(reading.blockedBy === undefined ? {} : { blockedBy: reading.blockedBy }),
          },
        };
      },
    }),
    route({
      method: 'POST', url: '/sandbox/clock/advance', tag, summary: 'Moves the clock; answers when everything due by then has happened',
      body: z.strictObject({ days: z.number() }), answer: z.union([now, z.object({ job: z.string() })]), statuses: [200, 202],
      handle: async ({ body }) => {
        const moved = await running().advance(body.days);
        return 'job' in moved ? { status: 202, body: { job: moved.job } } : { body: { now: rfc(moved.now) } };
      },
    }),
    route({
      method: 'POST', url: '/sandbox/play', tag, summary: 'Lets virtual days pass by themselves; 0 stops',
      body: z.strictObject({ daysPerSecond: z.number() }), answer: z.object({ daysPerSecond: z.number() }),
      handle: async ({ body }) => {
        await running().play(body.daysPerSecond);
        return { body };
      },
    }),
  ];
}

function rfc(ms: number): string {
  return new Date(ms).toISOString();
}
