/** The provider sandbox as an actor of virtual time: its receipts are due at virtual instants. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { wallNow } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Actor } from './clock-job.ts';

const pending = z.object({ next: z.number().nullable() });

/** Receipts of a real provider come some minutes late, too; what they tell keeps the instant at which it happened. */
const RECEIPT_PATIENCE_MS = 10 * 60_000;
/** Whoever falls is started again within 5 s. */
const RESTART_PATIENCE_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/** Talks to the provider sandbox at `providerUrl`. One that is down is waited for: else days would pass before the receipts of today are told. */
export function providerActor(providerUrl: string): Actor {
  return {
    name: 'provider sandbox',
    patienceMs: RECEIPT_PATIENCE_MS,
    next: async () => {
      const giveUp = wallNow() + RESTART_PATIENCE_MS;
      for (;;) {
        const response = await fetch(`${providerUrl}/__pending`).catch(() => null);
        if (response?.ok === true) return pending.parse(await response.json()).next;
        if (wallNow() > giveUp) throw new AppError('ERR_CLOCK', 'The provider sandbox does not tell what it has to do.');
        await sleep(LOOK_AGAIN_MS);
      }
    },
    run: async (now) => {
      const response = await fetch(`${providerUrl}/__run`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ until: now }),
      });
      if (!response.ok) throw new AppError('ERR_CLOCK', `The provider sandbox answered ${response.status} to __run.`);
    },
  };
}
