/** The Temporal gateway of a process: in wall time plain, in virtual time with the mover that keeps executions in step with the clock row. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TemporalConfig } from '../config.ts';
import { wallNow } from '../clock.ts';
import { exclusively } from '../db/agenda.ts';
import { readClock } from '../db/clock-row.ts';
import type { Db } from '../db/pool.ts';
import { openTemporal, type TemporalGateway } from './temporal.ts';
import { VirtualWorkflowTime } from './workflow-time.ts';

export interface GatewaySettings {
  readonly temporal: TemporalConfig;
  readonly clock: 'wall' | 'virtual';
  /** Holds the clock row and the locks of the mover; each lane of a pump needs two connections of its pool in virtual time. */
  readonly db: Db;
  /** Queue of workflows; tests give their own. */
  readonly taskQueue?: string;
}

/** Opens the gateway; `virtual` is the mover, null in wall time. */
export async function openGateway(settings: GatewaySettings): Promise<TemporalGateway & { readonly virtual: VirtualWorkflowTime | null }> {
  const { temporal, db } = settings;
  const offset = async (): Promise<number> => (await readClock(db)).offsetMs;
  let virtual: VirtualWorkflowTime | null = null;
  const gateway = await openTemporal({
    address: temporal.address, namespace: temporal.namespace, tls: temporal.tls,
    ...(temporal.apiKey === null ? {} : { apiKey: temporal.apiKey }),
    ...(settings.taskQueue === undefined ? {} : { taskQueue: settings.taskQueue }),
    now: async () => (settings.clock === 'virtual' ? wallNow() + (await offset()) : wallNow()),
    ...(settings.clock === 'wall' ? {} : {
      time: (client) => {
        virtual = new VirtualWorkflowTime({
          client, namespace: temporal.namespace, offset, wallNow, pause: (ms) => sleep(ms), exclusively: (workflowId, work) => exclusively(db, workflowId, work),
        });
        return virtual;
      },
    }),
  });
  return { ...gateway, virtual };
}
