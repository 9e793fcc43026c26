/** What nobody notified: open orders are asked about, kept notifications finished. Bounded a run; safe to run side by side. */
import { eventsToAsk } from '../../db/payment-events.ts';
import { changeOrder, ordersToAsk, type PaymentOrderRow } from '../../db/payment-orders.ts';
import { DAY } from '../../domain/zone.ts';
import type { RegisterContext } from '../person-lock.ts';
import type { PaymentDeps } from './deps.ts';
import { drawConsequences, nextAsk } from './notice.ts';
import { askAbout } from './order.ts';

const MOST_EACH = 100;
const ASK_MS = 5_000;
/** A bank may book a payment days after the order's end. */
const AFTER_END = 3 * DAY;
/** One that the provider still calls under way. */
const LONGEST_PENDING = 30 * DAY;

export interface PaymentsReconciled {
  readonly events: number;
  readonly orders: number;
}

/** Runs over everything that it is time for, at `now` (epoch ms, business clock; default: the clock's). Counts what was settled. */
export async function reconcilePayments(given: PaymentDeps, now?: number): Promise<PaymentsReconciled> {
  const deps = now === undefined ? given : { ...given, ctx: at(given.ctx, now) };
  const { ctx, adapters } = deps;
  const until = await ctx.clock.now();
  const tally = { events: 0, orders: 0 };
  for (const event of await eventsToAsk(ctx.db, until, MOST_EACH)) {
    const adapter = [...adapters.values()].find(({ provider }) => provider === event.provider);
    if (adapter === undefined) continue;
    await guarded(ctx, event.provider, async () => {
      const { kind } = await drawConsequences(deps, adapter, event, AbortSignal.timeout(ASK_MS));
      if (kind !== 'later' && kind !== 'pending') tally.events += 1;
    });
  }
  for (const order of await ordersToAsk(ctx.db, until, MOST_EACH)) {
    await guarded(ctx, order.provider, async () => {
      tally.orders += await askOrder(deps, order, until);
    });
  }
  return tally;
}

function at(ctx: RegisterContext, now: number): RegisterContext {
  return { ...ctx, clock: { kind: ctx.clock.kind, now: () => Promise.resolve(now) } };
}

/** One that fails must not keep the others waiting. */
async function guarded({ log }: RegisterContext, provider: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error({ err: error, provider }, 'an open payment could not be reconciled');
  }
}

async function askOrder(deps: PaymentDeps, order: PaymentOrderRow, now: number): Promise<0 | 1> {
  const settled = await askAbout(deps, order, { deadline: AbortSignal.timeout(ASK_MS), hint: false });
  if (settled.kind !== 'later' && settled.kind !== 'pending') {
    // What was booked or failed has taken it off the list already; money that went to suspense has not.
    await changeOrder(deps.ctx.db, order.id, { askAt: null });
    return 1;
  }
  const asks = order.asks + 1;
  const over = now > order.expires_at + (order.hinted_at === null ? AFTER_END : LONGEST_PENDING);
  await changeOrder(deps.ctx.db, order.id, over ? { state: 'expired', askAt: null, asks } : { askAt: now + nextAsk(asks + 2), asks });
  return over ? 1 : 0;
}
