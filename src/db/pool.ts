/** The connection pool. Type parsers belong to the pool, not to the pg module, so that nothing else in a process changes. */
import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Database } from './database.ts';

export type Db = Kysely<Database>;
export type Trx = Transaction<Database>;

const INT8 = 20;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('An int8 of the database does not fit a number.');
  return value;
}

const parseTimestamp: (text: string) => unknown = pg.types.getTypeParser(TIMESTAMPTZ);

function toEpochMs(text: string): number {
  const date = parseTimestamp(text);
  if (!(date instanceof Date)) throw new RangeError('A timestamptz of the database is not an instant.');
  return date.getTime();
}

const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary') {
      if (oid === INT8) return toSafeInteger;
      if (oid === DATE) return (text: string) => text;
      if (oid === TIMESTAMPTZ) return toEpochMs;
    }
    return pg.types.getTypeParser(oid, format ?? 'text');
  },
};

export interface OpenedDb {
  readonly db: Db;
  close(): Promise<void>;
  /** LISTEN on a channel with a connection of its own, which comes back by itself; returns what stops it. */
  listen(channel: string, onNotice: () => void): () => Promise<void>;
}

const RECONNECT_MS = 1_000;

/** Opens a pool; the server going away is logged and survived, never the end of the process. */
export function openDb(url: string, options: { log: Logger; max?: number }): OpenedDb {
  const pool = new pg.Pool({ connectionString: url, max: options.max ?? 10, types, application_name: 'pacto' });
  const lost = (error: Error): void => options.log.warn({ err: error }, 'a database connection was lost');
  pool.on('error', lost);
  // The pool listens only to connections that lie idle: one that dies between two queries of a transaction would end the process.
  pool.on('connect', (client) => client.on('error', lost));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    close: () => db.destroy(),
    listen: (channel, onNotice) => listen(url, channel, onNotice, options.log),
  };
}

function listen(url: string, channel: string, onNotice: () => void, log: Logger): () => Promise<void> {
  if (!/^[a-z_]+$/.test(channel)) throw new RangeError('A channel is lower-case letters and underscores.');
  let stopped = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  const again = (error?: unknown): void => {
    if (error !== undefined) log.warn({ err: error }, 'the database listener was lost');
    client = undefined;
    if (stopped || retry !== undefined) return;
    retry = setTimeout(() => {
      retry = undefined;
      void open();
    }, RECONNECT_MS);
  };
  const open = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: url, application_name: 'pacto-listen' });
    client = next;
    next.on('error', again);
    next.on('end', () => again());
    next.on('notification', onNotice);
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
      onNotice();
    } catch (error) {
      again(error);
    }
  };
  void open();
  return async () => {
    stopped = true;
    clearTimeout(retry);
    await client?.end().catch(() => undefined);
  };
}
