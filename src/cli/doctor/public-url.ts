/** The address that providers and debtors use: does it lead to our API? */
import { z } from 'zod';
import { ok, PATIENCE_MS, reasonOf, warn, wrong, type Check } from './check.ts';

const NAME = 'public URL';
const health = z.object({ status: z.literal('ok') });

export async function checkPublicUrl(publicBaseUrl: string): Promise<Check> {
  const { hostname, protocol } = new URL(publicBaseUrl);
  const local = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  const remedy = 'Start pacto api, and check PUBLIC_BASE_URL, DNS and the proxy in front of it.';
  try {
    const answer = await fetch(`${publicBaseUrl}/healthz`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!health.safeParse(await answer.json().catch(() => null)).success) return wrong(NAME, `${publicBaseUrl} is answered by something else (HTTP ${answer.status}).`, remedy);
  } catch (error) {
    return wrong(NAME, `${publicBaseUrl} does not answer (${reasonOf(error instanceof Error && error.cause !== undefined ? error.cause : error)}).`, remedy);
  }
  if (protocol === 'http:' && !local) return wrong(NAME, `${publicBaseUrl} is not encrypted.`, 'Put a proxy with TLS in front of the API, and set PUBLIC_BASE_URL to its https:// address.');
  return local ? warn(NAME, `${publicBaseUrl} leads to our API, from this machine only.`, 'For real messages set PUBLIC_BASE_URL to an address that providers and debtors reach.') : ok(NAME, `${publicBaseUrl} leads to our API.`);
}
