/** Whether an error says that PostgreSQL is away (going down, not up yet, full, or cut off): the same call may succeed later. */
import { sqlState } from './transaction.ts';

const CONNECTION: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
/** Connection exceptions, operator intervention, insufficient resources. */
const SERVER_AWAY = /^(08|57P0|53)/;
/** pg has no codes for these: a query under way, the next query on the same connection, and a pool that gets none. */
const WORDS = /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect/;

/** False for an error of the statement itself. */
export function isDatabaseAway(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return SERVER_AWAY.test(sqlState(error) ?? '') || (typeof code === 'string' && CONNECTION.has(code)) || (error instanceof Error && WORDS.test(error.message));
}
