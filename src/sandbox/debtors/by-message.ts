/** Acts that begin at a message: the person looks it up in what the providers handed over, answers it, or follows its payment link. */
import { z } from 'zod';
import type { PayerAct } from '../provider/bank/payer.ts';
import { payByLink } from './pay-by-link.ts';

const TIMEOUT_MS = 30_000;
const entries = z.array(z.object({ to: z.string(), body: z.string().optional(), text: z.string().optional() }));

interface Received {
  readonly to: string;
  readonly text: string;
}

/** HTTP status of what came of it; 404: the message is not there, or has no link. */
export async function answerMessage(providerUrl: string, attemptId: string, body: string): Promise<number> {
  const message = await messageOf(providerUrl, attemptId);
  if (message === null) return 404;
  const response = await fetch(`${providerUrl}/__reply`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ from: message.to, body }), signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  return response.status;
}

export async function payFromMessage(providerUrl: string, attemptId: string, act: PayerAct): Promise<number> {
  const message = await messageOf(providerUrl, attemptId);
  const link = message === null ? undefined : /https?:\/\/[^\s<>"]+\/p\/[\w-]+/.exec(message.text)?.[0];
  if (link === undefined) return 404;
  const paid = await payByLink(link, 'due', act);
  return paid.kind === 'done' ? 200 : paid.status;
}

async function messageOf(providerUrl: string, attemptId: string): Promise<Received | null> {
  const response = await fetch(`${providerUrl}/__journal?${new URLSearchParams({ attempt: attemptId }).toString()}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const [first] = entries.parse(await response.json());
  return first === undefined ? null : { to: first.to, text: first.body ?? first.text ?? '' };
}
