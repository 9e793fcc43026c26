/** Whoever opens one address after the other that leads nowhere is trying tokens: then that client gets nothing for a while. */
import type { FastifyInstance } from 'fastify';
import { MINUTE, SECOND } from '../domain/zone.ts';
import type { RegisterContext } from '../register/person-lock.ts';

/** Tokens that open nothing, of one client within `WITHIN`: more than a person with a drawer of old messages, far too few to guess. */
export const MOST_MISSES = 30;
const WITHIN = 10 * MINUTE;
/** Clients remembered; beyond, the oldest are forgotten. */
const MOST_CLIENTS = 20_000;

export interface GuardDeps {
  readonly ctx: Pick<RegisterContext, 'log'>;
  /** Wall time, epoch ms: who tries does not wait for the business clock. */
  readonly now: () => number;
}

interface Misses {
  count: number;
  readonly since: number;
}

/** Counts the tokens that opened nothing, and refuses a client that tried too many. Of the client only a count is kept, and nothing of it is logged. */
export function tokenGuard({ ctx, now }: GuardDeps) {
  const clients = new Map<string, Misses>();
  const standing = (client: string): Misses | undefined => {
    const known = clients.get(client);
    if (known === undefined || now() - known.since < WITHIN) return known;
    clients.delete(client);
    return undefined;
  };
  return {
    /** Milliseconds for which this client is refused; 0: it is not. */
    refusedFor(client: string): number {
      const known = standing(client);
      return known === undefined || known.count < MOST_MISSES ? 0 : Math.max(1, known.since + WITHIN - now());
    },
    missed(client: string): void {
      const known = standing(client) ?? { count: 0, since: now() };
      known.count += 1;
      clients.set(client, known);
      if (known.count === MOST_MISSES) ctx.log.warn({ misses: known.count, withinMs: WITHIN }, 'one client tried many tokens that open nothing: it is refused for a while');
      if (clients.size > MOST_CLIENTS) for (const oldest of clients.keys()) return void clients.delete(oldest);
    },
  };
}

/** Guards every route of this scope whose address holds a token. */
export function guardTokens(app: FastifyInstance, deps: GuardDeps): void {
  const guard = tokenGuard(deps);
  app.addHook('onRequest', async (request, reply) => {
    const forMs = guard.refusedFor(clientOf(request.ip));
    if (forMs === 0) return;
    reply.header('retry-after', String(Math.ceil(forMs / SECOND)));
    throw Object.assign(new Error('too many tokens that open nothing'), { statusCode: 429 });
  });
  // Counted before the answer is on its way: a client that waits for none of them is counted all the same.
  app.addHook('onSend', async (request, reply) => {
    if (reply.statusCode === 404) guard.missed(clientOf(request.ip));
  });
}

/** One household or server has a whole /64 of IPv6 addresses. */
export function clientOf(ip: string): string {
  return ip.includes(':') && !ip.includes('.') ? `${groupsOf(ip).slice(0, 4).join(':')}::/64` : ip;
}

function groupsOf(ip: string): string[] {
  const [head = '', tail] = ip.split('::');
  const [before, after] = [head === '' ? [] : head.split(':'), tail === undefined || tail === '' ? [] : tail.split(':')];
  return tail === undefined ? before : [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0'), ...after];
}
