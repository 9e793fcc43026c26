/** How the sandbox's own people (sample loader, scripted debtors, agents, lawyers) talk to the API: as anybody else would. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

export interface ApiAnswer {
  readonly status: number;
  /** The body, parsed when it is JSON. */
  readonly body: unknown;
  /** `ERR_…` of a problem document, else null. */
  readonly code: string | null;
}

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly key: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

const TRIES = 4;
const PAUSE_MS = 250;
const TIMEOUT_MS = 30_000;
const problem = z.object({ code: z.string() });

/**
 * One call; answers whatever the API answers. An API that is down, restarting or overloaded is asked again a few times
 * (every call here is idempotent); then the fault of the last try is thrown.
 */
export async function callApi(apiUrl: string, call: ApiCall): Promise<ApiAnswer> {
  for (let tried = 1; ; tried += 1) {
    try {
      const answer = await once(apiUrl, call);
      if (answer.status < 500 && answer.status !== 429) return answer;
      if (tried >= TRIES) return answer;
    } catch (error) {
      if (tried >= TRIES) throw error;
    }
    await sleep(PAUSE_MS * tried);
  }
}

async function once(apiUrl: string, { method, path, key, body, idempotencyKey }: ApiCall): Promise<ApiAnswer> {
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  const parsed = asJson(text);
  return { status: response.status, body: parsed, code: problem.safeParse(parsed).data?.code ?? null };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
