/** The structured log: pino with a fixed scope and an error serializer of our own, because provider clients hang keys and phones on their errors. */
import type { DestinationStream, Logger } from 'pino';
import { pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '../config.ts';

export type Log = Logger;

/** The only scope fields: ids, never names, phones, e-mails or texts. */
export interface LogScope {
  readonly process?: string;
  readonly creditorId?: string;
  readonly agreementId?: string;
  readonly attemptId?: string;
  readonly workflowId?: string;
  readonly runId?: string;
  readonly step?: string;
  readonly channel?: string;
  readonly requestId?: string;
}

const MAX_CAUSES = 3;

export interface SerializedError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: SerializedError;
}

/** An error as the log may show it: type, code, message, stack and causes; never config, headers, request or response. */
export function serializeError(error: unknown, depth: number = 0): SerializedError {
  if (!(error instanceof Error)) return { type: typeof error, message: typeof error === 'string' ? error : 'not an Error' };
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth >= MAX_CAUSES ? {} : { cause: serializeError(error.cause, depth + 1) }),
  };
}

/** A JSON-lines logger for one process, on stderr unless a destination is given (stdout belongs to the answers of commands). */
export function createLog(options: { readonly level: LogLevel; readonly process: string; readonly destination?: DestinationStream }): Log {
  return pino(
    {
      level: options.level,
      base: { process: options.process },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => serializeError(error), error: (error: unknown) => serializeError(error) },
      // A net under the rule "no personal data in logs": these keys never belong there, whoever puts them in.
      redact: { paths: PRIVATE_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[private]' },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

const PRIVATE_KEYS = ['headers', 'config', 'authorization', 'password', 'phone', 'email', 'to', 'body', 'subject', 'name', 'nationalId'] as const;

/** A logger for one piece of work, with the ids that find it again. */
export function scoped(log: Log, scope: LogScope): Log {
  return log.child(scope);
}
