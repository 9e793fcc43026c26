/** The provider sandbox as an actor of virtual time: its receipts are due at virtual instants. */
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { Actor } from './clock-job.ts';

const pending = z.object({ next: z.number().nullable() });

/** Receipts of a real provider come some minutes late, too; what they tell keeps the instant at which it happened. */
const RECEIPT_PATIENCE_MS = 10 * 60_000;

/** Talks to the provider sandbox at `providerUrl`; one that is down has nothing to do until it is back. */
export function providerActor(providerUrl: string): Actor {
  return {
    name: 'provider sandbox',
    patienceMs: RECEIPT_PATIENCE_MS,
    next: async () => {
      const response = await fetch(`${providerUrl}/__pending`).catch(() => null);
      if (response === null || !response.ok) return null;
      return pending.parse(await response.json()).next;
    },
    run: async (now) => {
      const response = await fetch(`${providerUrl}/__run`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ until: now }),
      });
      if (!response.ok) throw new AppError('ERR_CLOCK', `The provider sandbox answered ${response.status} to __run.`);
    },
  };
}
