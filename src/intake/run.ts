/** The process `pump`: the outbox of one installation until it is asked to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openGateway } from '../client/gateway.ts';
import type { Config } from '../config.ts';
import { openDb } from '../db/pool.ts';
import type { Log } from '../observability/log.ts';
import { openSidePort } from '../observability/side-port.ts';
import { pulseOf } from './pulse.ts';
import { runPump as pumpUntil } from './pump.ts';

export interface PumpProcessOptions {
  readonly log: Log;
  /** Ends the pump when it is aborted; rows in hand are finished first. */
  readonly signal: AbortSignal;
}

const LANES = 16;
/** Each lane holds its row's transaction; in virtual time the mover's lock and its look at the clock row come on top. */
const CONNECTIONS = { wall: LANES + 4, virtual: LANES * 2 + 8 } as const;

/** Pumps until the signal; resolves when everything is closed. */
export async function runPump(config: Pick<Config, 'databaseUrl' | 'temporal' | 'clock' | 'metricsPort'>, { log, signal }: PumpProcessOptions): Promise<void> {
  const opened = openDb(config.databaseUrl, { log, max: CONNECTIONS[config.clock] });
  try {
    const gateway = await openGateway({ temporal: config.temporal, clock: config.clock, db: opened.db });
    try {
      const pause = (ms: number, until?: AbortSignal): Promise<void> => sleep(ms, undefined, until === undefined ? {} : { signal: until }).catch(() => undefined);
      const pulse = pulseOf(gateway, pause);
      const side = config.metricsPort === null ? null : await openSidePort({ port: config.metricsPort, healthy: () => pulse.healthy(), metrics: () => pulse.metrics() });
      log.info('the pump runs');
      try {
        await pumpUntil({ db: opened.db, receiver: pulse.receiver, log, pause: pulse.pause, listen: (channel, onNotice) => opened.listen(channel, onNotice) }, signal, { lanes: LANES });
      } finally {
        await side?.close();
      }
    } finally {
      await gateway.close();
    }
  } finally {
    await opened.close();
  }
}
