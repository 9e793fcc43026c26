/** The process `pump`: the outbox of one installation until it is asked to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openGateway } from '../client/gateway.ts';
import type { Config } from '../config.ts';
import { openDb } from '../db/pool.ts';
import type { Log } from '../observability/log.ts';
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
export async function runPump(config: Pick<Config, 'databaseUrl' | 'temporal' | 'clock'>, { log, signal }: PumpProcessOptions): Promise<void> {
  const opened = openDb(config.databaseUrl, { log, max: CONNECTIONS[config.clock] });
  try {
    const gateway = await openGateway({ temporal: config.temporal, clock: config.clock, db: opened.db });
    try {
      log.info('the pump runs');
      const pause = (ms: number, until?: AbortSignal): Promise<void> => sleep(ms, undefined, until === undefined ? {} : { signal: until }).catch(() => undefined);
      await pumpUntil({ db: opened.db, receiver: gateway, log, pause, listen: (channel, onNotice) => opened.listen(channel, onNotice) }, signal, { lanes: LANES });
    } finally {
      await gateway.close();
    }
  } finally {
    await opened.close();
  }
}
