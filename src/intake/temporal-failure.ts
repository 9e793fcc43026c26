/** Which failures of a call to Temporal are an outage (wait), and which say that the row itself is wrong (count). */
import { isDatabaseAway } from '../db/outage.ts';

/** gRPC codes after which the same call may succeed unchanged. */
const TRANSIENT_GRPC: ReadonlySet<number> = new Set([
  1, // cancelled: the connection was closed under the call
  4, // deadline exceeded
  8, // resource exhausted: throttled
  10, // aborted
  13, // internal: also what grpc-js makes of a broken HTTP/2 stream
  14, // unavailable
]);
const DEEPEST_CAUSE = 5;

/** True when Temporal, the way to it, or the database that holds the mover's locks is at fault rather than what was sent. */
export function isTransient(error: unknown): boolean {
  let current: unknown = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof current === 'object' && current !== null; depth += 1) {
    if ('code' in current && typeof current.code === 'number') return TRANSIENT_GRPC.has(current.code);
    if (isDatabaseAway(current)) return true;
    current = 'cause' in current ? current.cause : undefined;
  }
  return false;
}

/** The error in a few words for the outbox row: its type and code, never its message, which may quote a payload. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? `${error.name} ${String(code)}` : error.name;
}
