/**
 * One call to a payment provider. Plain fetch rather than the vendors' packages: those retry by themselves, follow
 * redirects, read amounts as floats and hand back errors that carry the key (providers.md section 0).
 */
import { z } from 'zod';
import { readFailure } from '../call-failures.ts';
import type { Asked } from './adapter.ts';

/** The part of fetch that is used; a test or a proxy may bring its own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface ProviderCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** More than any of them ever answers (a Mercado Pago payment is about 10 kB). */
const MOST_BYTES = 512 * 1024;

/** Asks and validates. 4xx is refused; 429, 408, 5xx, the network, the deadline and answers nobody can read may be asked again. */
export async function askProvider<T>(fetcher: Fetch, call: ProviderCall, answer: z.ZodType<T>, deadline: AbortSignal): Promise<Asked<T>> {
  const { method, url, headers, body } = call;
  try {
    const response = await fetcher(url, { method, headers: { accept: 'application/json', ...headers }, redirect: 'manual', signal: deadline, ...(body === undefined ? {} : { body }) });
    if (!response.ok) {
      await response.body?.cancel();
      return refusalOf(response.status);
    }
    const text = await textOf(response);
    const read = text === null ? null : answer.safeParse(jsonOf(text));
    return read?.success === true ? { kind: 'ok', value: read.data } : { kind: 'retry', code: 'badAnswer' };
  } catch (error) {
    return { kind: 'retry', code: failureCode(error) };
  }
}

function refusalOf(status: number): Asked<never> {
  const later = status === 429 || status === 408 || status >= 500;
  return { kind: later ? 'retry' : 'refused', code: `http${status}` };
}

/** The whole body, or null once it is longer than an answer can be. */
async function textOf(response: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > MOST_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** JSON with its numbers as the digits that stood there: amounts and 18-digit ids survive. `undefined` when it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text, (...[, value, context]: readonly unknown[]) => (typeof value === 'number' ? Reflect.get(Object(context), 'source') : value));
  } catch {
    return undefined;
  }
}

/** What a JSON number became, or a text in its place. */
export const digits = z.string().regex(/^\d+$/).max(32);
export const decimal = z.string().max(32);

/** Epoch ms of an RFC 3339 time. */
export const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

function failureCode(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return 'timeout';
  if (name === 'AbortError') return 'aborted';
  return readFailure(error).code ?? 'noAnswer';
}

/** A provider's own word for why (`cc_rejected_bad_filled_date`); a sentence in its place could quote a person. */
export function shortCode(text: string | null | undefined, otherwise: string): string {
  return text !== null && text !== undefined && /^[A-Za-z0-9_-]{1,60}$/.test(text) ? text : otherwise;
}

/** The base without the slash at its end. */
export function baseOf(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '');
}
