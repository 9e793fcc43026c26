/** Makes the register's context of a process. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { wallClock, type Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { virtualClock } from '../db/clock-row.ts';
import type { Db } from '../db/pool.ts';
import { changeSetting } from '../db/settings.ts';
import type { RegisterContext } from './person-lock.ts';

/** The business clock of a process: the wall, or the clock row of a sandbox. */
export function businessClock(kind: Config['clock'], db: Db): Clock {
  return kind === 'virtual' ? virtualClock(db) : wallClock();
}

/** The keyed hash of a national id: HMAC-SHA256 of country and compact value. */
export function identityHashWith(key: string): RegisterContext['identityHash'] {
  return (country, value) => createHmac('sha256', key).update(`${country}\0${value}`).digest('hex');
}

const KEPT_KEY = 'identity.key';

/** The context over a migrated database. Without PACTO_IDENTITY_KEY the key is made once and kept in PostgreSQL. */
export async function openRegister(config: Pick<Config, 'clock' | 'identityKey'>, db: Db, log: Logger): Promise<RegisterContext> {
  const key = config.identityKey ?? (await keptIdentityKey(db));
  return { db, clock: businessClock(config.clock, db), log, newId: randomUUID, identityHash: identityHashWith(key) };
}

function keptIdentityKey(db: Db): Promise<string> {
  return db.transaction().execute((trx) =>
    changeSetting(trx, KEPT_KEY, (value) => (typeof value === 'string' ? value : randomBytes(32).toString('hex'))));
}
