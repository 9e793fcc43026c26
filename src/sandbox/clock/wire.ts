/** Puts the virtual clock together: PostgreSQL, Temporal's mover, the provider's receipts, whoever else acts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { wallNow } from '../../clock.ts';
import { readEnvironment, type Config } from '../../config.ts';
import { onItsWay, setWake } from '../../db/agenda.ts';
import { readClock, setAdvancing, setOffset } from '../../db/clock-row.ts';
import { wakeAt } from '../../domain/decide.ts';
import { openGateway } from '../../client/gateway.ts';
import type { TemporalGateway } from '../../client/temporal.ts';
import type { VirtualWorkflowTime } from '../../client/workflow-time.ts';
import type { RegisterContext } from '../../register/person-lock.ts';
import { loadState } from '../../register/rebuild.ts';
import { nextAnswer } from '../../db/replies.ts';
import { dailyRetention } from '../../register/retention.ts';
import { joinSure, nextSure } from '../../register/identify/match.ts';
import { sourceDuty, sourcesFolder, type SourceDeps } from '../../register/source/sources.ts';
import { nextSegmentation, segmentDaily } from '../../register/strategy-proposal.ts';
import { installedSending } from '../../register/sending/installed.ts';
import { sendAnswers } from '../../register/sending/answer.ts';
import type { SendingDeps } from '../../register/sending/deps.ts';
import { paymentDuties } from '../../register/sending/payment-receipt.ts';
import { reconcileContacts, reconcileUnknown } from '../../register/sending/reconcile.ts';
import { createDebtors } from '../debtors/debtors.ts';
import { LOOPBACK } from '../ports.ts';
import { Agenda } from './agenda.ts';
import { ClockJob, type Actor } from './clock-job.ts';
import { providerActor } from './provider-actor.ts';
import { TickingClock, type SandboxClock } from './sandbox-clock.ts';

export interface ClockParts {
  readonly ctx: RegisterContext;
  readonly gateway: TemporalGateway & { readonly virtual: VirtualWorkflowTime | null };
  readonly actors: readonly Actor[];
  /** Closes open questions about contacts whose outcome is not known (src/register/sending). */
  readonly reconcile: (now: number) => Promise<boolean>;
  /** Closes calls whose process is gone. */
  readonly closeAbandoned: (now: number) => Promise<unknown>;
}

/** The job that moves everything; a ticker or a test drives it. */
export function createClockJob({ ctx, gateway, actors, reconcile, closeAbandoned }: ClockParts): ClockJob {
  const { db, log } = ctx;
  const { virtual } = gateway;
  if (virtual === null) throw new Error('The virtual clock needs a gateway in virtual time.');
  const agenda = new Agenda({
    db,
    client: gateway.client,
    wallNow,
    pause: (ms) => sleep(ms),
    reckonWake: async (agreementId, now) => {
      const { row, state } = await loadState(db, agreementId);
      // A run that has completed has nothing due, though the core would close it again.
      const at = row.workflow_state === 'finished' ? null : wakeAt(state, now);
      await setWake(db, agreementId, at);
      return at;
    },
  });
  return new ClockJob({
    wallNow,
    pause: (ms) => sleep(ms),
    readOffset: async () => (await readClock(db)).offsetMs,
    setOffset: (offsetMs) => setOffset(db, offsetMs),
    noteBlocked: async (blockedBy) => {
      const row = await readClock(db);
      if (row.blockedBy !== blockedBy) await setAdvancing(db, row.advancingTo, blockedBy);
    },
    look: (now) => agenda.look(now),
    move: (workflowId, target) => virtual.moveTo(workflowId, target),
    isIdle: (workflowId) => virtual.isIdle(workflowId),
    hasActed: (item, now) => agenda.hasActed(item, now),
    reckonAnew: (item, now) => agenda.reckonAnew(item, now),
    inFlight: async () => {
      const { rows, attempts } = await onItsWay(db);
      if (rows > 0) return `${rows} outbox rows that the pump has not handed over`;
      return attempts > 0 ? `${attempts} contacts between claim and record` : null;
    },
    reconcile,
    closeAbandoned,
    actors,
    log,
  });
}

/** What a worker does once a day in real time. */
export function dailyActors(ctx: RegisterContext): Actor[] {
  const retention = dailyRetention(ctx);
  return [
    // Without segments it never has anything to do.
    { name: 'segments', patienceMs: 0, next: () => nextSegmentation(ctx), run: async () => void (await segmentDaily(ctx)) },
    // Its first instant comes a year after the first agreement.
    { name: 'retention', patienceMs: 0, next: () => retention.next(), run: async () => void (await retention.run()) },
  ];
}

/** Answers replies, as a worker does in real time. */
export function answeringActor(sending: SendingDeps): Actor {
  return { name: 'answers', patienceMs: 60_000, next: () => nextAnswer(sending.ctx.db), run: async (now) => void (await sendAnswers(sending, now)) };
}

/** What a worker does about sources and identities in real time. */
export function identifyingActors(deps: SourceDeps): Actor[] {
  const sources = sourceDuty(deps);
  return [
    { name: 'sources', patienceMs: 0, next: () => sources.next(), run: async () => void (await sources.run()) },
    { name: 'matches', patienceMs: 0, next: () => nextSure(deps.ctx), run: async () => void (await joinSure(deps.ctx)) },
  ];
}

/** The sandbox's clock of the API process: providers and scripted people act by it. */
export async function createSandboxClock(config: Config, ctx: RegisterContext): Promise<{ clock: SandboxClock; start(): void; stop(): Promise<void> }> {
  const gateway = await openGateway({ temporal: config.temporal, clock: 'virtual', db: ctx.db });
  const sending = installedSending(config, ctx);
  const { sandbox } = config;
  const actors = sandbox === null ? [] : [
    providerActor(sandbox.providerUrl),
    createDebtors({ ctx, apiUrl: `http://${LOOPBACK}:${config.port}`, adminKey: sandbox.adminKey, providerUrl: sandbox.providerUrl }),
    answeringActor(sending),
    ...dailyActors(ctx),
    ...identifyingActors({ ctx, base: sourcesFolder(config.dataDir), secrets: (name) => readEnvironment().variables[name] }),
  ];
  const job = createClockJob({
    ctx, gateway, actors, closeAbandoned: (now) => reconcileUnknown(sending, now),
    reconcile: async (now) => {
      const contacts = await reconcileContacts(sending, now);
      return (await paymentDuties(sending, now)) || contacts;
    },
  });
  const clock = new TickingClock({ db: ctx.db, job, wallNow, pause: (ms) => sleep(ms), log: ctx.log });
  return {
    clock,
    start: () => clock.start(),
    stop: async () => {
      await clock.stop();
      await gateway.close();
    },
  };
}
