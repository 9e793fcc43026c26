/** What is due when, over agreements (the core's own wake) and over callbacks and surveys (their timers in the history). */
import type { Client } from '@temporalio/client';
import { agreementsToWake, nextAgreementWake, nextUnknownEnd, openFollowUps, type AgendaItem } from '../../db/agenda.ts';
import type { Db } from '../../db/pool.ts';
import { isNotFound } from '../../client/workflow-time.ts';

/** temporal.api.enums.v1.EventType. */
const EVENT = { timerStarted: 17, timerFired: 18, timerCanceled: 19 } as const;

interface Stamp {
  readonly seconds?: unknown;
  readonly nanos?: number | null | undefined;
}
const ms = (stamp: Stamp | null | undefined): number => Number(stamp?.seconds ?? 0) * 1000 + Math.floor((stamp?.nanos ?? 0) / 1e6);

/** When the earliest pending timer of a run fires (virtual epoch ms), read from its history; null when it has none. */
export async function pendingTimerAt(client: Client, workflowId: string): Promise<number | null> {
  const timers = new Map<string, number>();
  try {
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    for (const event of history.events ?? []) {
      const type = Number(event.eventType);
      const started = event.timerStartedEventAttributes;
      if (type === EVENT.timerStarted && started) timers.set(String(started.timerId), ms(event.eventTime) + ms(started.startToFireTimeout));
      if (type === EVENT.timerFired) timers.delete(String(event.timerFiredEventAttributes?.timerId));
      if (type === EVENT.timerCanceled) timers.delete(String(event.timerCanceledEventAttributes?.timerId));
    }
  } catch (error) {
    if (isNotFound(error) || (error instanceof Error && error.name === 'WorkflowNotFoundError')) return null;
    throw error;
  }
  return timers.size === 0 ? null : Math.min(...timers.values());
}

export interface AgendaDeps {
  readonly db: Db;
  readonly client: Client;
  /** Reckons an agreement's wake anew from PostgreSQL and stores it; answers it (epoch ms or null). */
  readonly reckonWake: (agreementId: string, now: number) => Promise<number | null>;
}

export class Agenda {
  readonly #deps: AgendaDeps;
  /** A follow-up's timer changes only when it fires, so it is read once (a history costs 2 ms) and dropped after each move. */
  readonly #timers = new Map<string, number>();

  constructor(deps: AgendaDeps) {
    this.#deps = deps;
  }

  async due(now: number): Promise<AgendaItem[]> {
    const followUps = await this.#followUps();
    return [...(await agreementsToWake(this.#deps.db, now)), ...followUps.filter((item) => item.at <= now)].sort((a, b) => a.at - b.at);
  }

  async nextDue(now: number): Promise<number | null> {
    const { db } = this.#deps;
    const [wake, unknownEnd, followUps] = await Promise.all([nextAgreementWake(db, now), nextUnknownEnd(db), this.#followUps()]);
    const instants = [wake, unknownEnd, ...followUps.map((item) => item.at)].filter((at): at is number => at !== null && at > now);
    return instants.length === 0 ? null : Math.min(...instants);
  }

  /** False when the item is still due at `now` although it was moved and is idle. */
  async refresh(item: AgendaItem, now: number): Promise<boolean> {
    if (item.agreementId === null) {
      this.#timers.delete(item.workflowId);
      return true;
    }
    const wake = await this.#deps.reckonWake(item.agreementId, now);
    return wake === null || wake > now;
  }

  async #followUps(): Promise<AgendaItem[]> {
    const open = await openFollowUps(this.#deps.db);
    const items: AgendaItem[] = [];
    for (const { workflowId, identityId } of open) {
      const known = this.#timers.get(workflowId) ?? (await pendingTimerAt(this.#deps.client, workflowId));
      if (known === null) continue;
      this.#timers.set(workflowId, known);
      items.push({ workflowId, at: known, identityId, agreementId: null });
    }
    return items;
  }
}
