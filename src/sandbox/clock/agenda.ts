/** What is due when, over agreements (the core's own wake) and over callbacks and surveys (their timers in the history). */
import type { Client } from '@temporalio/client';
import { agreementsToWake, nextAgreementWake, nextReceiptLook, nextUnknownEnd, openFollowUps, stillDue, type AgendaItem } from '../../db/agenda.ts';
import type { Db } from '../../db/pool.ts';
import { isNotFound } from '../../client/workflow-time.ts';
import type { Outlook } from './clock-job.ts';

/** temporal.api.enums.v1.EventType. */
const EVENT = { timerStarted: 17, timerFired: 18, timerCanceled: 19 } as const;
/** Completed, failed, timed out, cancelled, terminated. */
const CLOSING: ReadonlySet<number> = new Set([2, 3, 4, 21, 27]);
/** A follow-up that works has no timer yet; after this much wall time it is taken for one that hangs. */
const PATIENCE_MS = 3_000;
const LOOK_AGAIN_MS = 5;

interface Stamp {
  readonly seconds?: unknown;
  readonly nanos?: number | null | undefined;
}
const ms = (stamp: Stamp | null | undefined): number => Number(stamp?.seconds ?? 0) * 1000 + Math.floor((stamp?.nanos ?? 0) / 1e6);

export interface PendingTimer {
  /** When the earliest pending timer fires, virtual epoch ms; null when there is none. */
  readonly at: number | null;
  /** The run is over, or there is none of this id. */
  readonly over: boolean;
}

/** Read from the history of a run, because no call of the server tells when a timer fires. */
export async function pendingTimer(client: Client, workflowId: string): Promise<PendingTimer> {
  const timers = new Map<string, number>();
  let over = false;
  try {
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    for (const event of history.events ?? []) {
      const type = Number(event.eventType);
      const started = event.timerStartedEventAttributes;
      if (type === EVENT.timerStarted && started) timers.set(String(started.timerId), ms(event.eventTime) + ms(started.startToFireTimeout));
      if (type === EVENT.timerFired) timers.delete(String(event.timerFiredEventAttributes?.timerId));
      if (type === EVENT.timerCanceled) timers.delete(String(event.timerCanceledEventAttributes?.timerId));
      over = CLOSING.has(type);
    }
  } catch (error) {
    if (isNotFound(error) || (error instanceof Error && error.name === 'WorkflowNotFoundError')) return { at: null, over: true };
    throw error;
  }
  return { at: timers.size === 0 ? null : Math.min(...timers.values()), over };
}

/**
 * Asks for everybody at once who asks while a question is on its way: sixteen lanes that look every few milliseconds were 20,000
 * questions in 90 days of 200 agreements, and the answers took their processor time from the work that they waited for.
 */
class StillDue {
  readonly #db: Db;
  #waiting: { readonly ids: Set<string>; readonly now: number; readonly answer: Promise<ReadonlySet<string>> } | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(db: Db) {
    this.#db = db;
  }

  async has(agreementId: string, now: number): Promise<boolean> {
    if (this.#waiting === null || this.#waiting.now !== now) this.#begin(now);
    this.#waiting?.ids.add(agreementId);
    return (await this.#waiting?.answer)?.has(agreementId) ?? true;
  }

  #begin(now: number): void {
    const ids = new Set<string>();
    const answer = this.#last.then(() => {
      if (this.#waiting?.ids === ids) this.#waiting = null;
      return stillDue(this.#db, [...ids], now);
    });
    this.#last = answer.catch(() => undefined);
    this.#waiting = { ids, now, answer };
  }
}

export interface AgendaDeps {
  readonly db: Db;
  readonly client: Client;
  /** Reckons an agreement's wake anew from PostgreSQL and stores it; answers it (epoch ms or null). */
  readonly reckonWake: (agreementId: string, now: number) => Promise<number | null>;
  readonly wallNow: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

export class Agenda {
  readonly #deps: AgendaDeps;
  /** A follow-up's timer changes only when it fires, so it is read once (a history costs 2 ms) and dropped after each move. */
  readonly #timers = new Map<string, number>();
  readonly #hanging = new Set<string>();
  readonly #stillDue: StillDue;

  constructor(deps: AgendaDeps) {
    this.#deps = deps;
    this.#stillDue = new StillDue(deps.db);
  }

  /** What is due at `now`, and when something is due next. */
  async look(now: number): Promise<Outlook> {
    const { db } = this.#deps;
    const [agreements, wake, unknownEnd, receiptLook, followUps] = await Promise.all([
      agreementsToWake(db, now), nextAgreementWake(db, now), nextUnknownEnd(db), nextReceiptLook(db, now), this.#followUps(),
    ]);
    const later = [wake, unknownEnd, receiptLook, ...followUps.map((item) => item.at)].filter((at): at is number => at !== null && at > now);
    const due = [...agreements, ...followUps.filter((item) => item.at <= now)].sort((a, b) => a.at - b.at);
    return { due, next: later.length === 0 ? null : Math.min(...later) };
  }

  /** An agreement's facts carry its next wake with them; a follow-up has its next timer, or is over. */
  async hasActed(item: AgendaItem, now: number): Promise<boolean> {
    if (item.agreementId !== null) return !(await this.#stillDue.has(item.agreementId, now));
    this.#timers.delete(item.workflowId);
    const { at, over } = await pendingTimer(this.#deps.client, item.workflowId);
    if (at === null || at <= now) return over;
    this.#timers.set(item.workflowId, at);
    return true;
  }

  /** False when the item is still due at `now` although it was moved and is idle. */
  async reckonAnew(item: AgendaItem, now: number): Promise<boolean> {
    if (item.agreementId === null) return false;
    const wake = await this.#deps.reckonWake(item.agreementId, now);
    return wake === null || wake > now;
  }

  async #followUps(): Promise<AgendaItem[]> {
    const open = await openFollowUps(this.#deps.db);
    const items = await Promise.all(open.map(async ({ workflowId, identityId }): Promise<AgendaItem[]> => {
      const at = this.#timers.get(workflowId) ?? (await this.#timerOf(workflowId));
      return at === null ? [] : [{ workflowId, at, identityId, agreementId: null }];
    }));
    return items.flat();
  }

  /**
   * Waits for the work, not for the clock: a follow-up that was just started, or just woken, is sending or reading and
   * has no timer yet. Time must not move on meanwhile, or an invitation for noon would be decided at midnight.
   */
  async #timerOf(workflowId: string): Promise<number | null> {
    const { client, wallNow, pause } = this.#deps;
    const until = wallNow() + (this.#hanging.has(workflowId) ? 0 : PATIENCE_MS);
    for (;;) {
      const { at, over } = await pendingTimer(client, workflowId);
      if (at !== null) {
        this.#timers.set(workflowId, at);
        this.#hanging.delete(workflowId);
        return at;
      }
      if (over) return null;
      if (wallNow() >= until) break;
      await pause(LOOK_AGAIN_MS);
    }
    this.#hanging.add(workflowId);
    return null;
  }
}
