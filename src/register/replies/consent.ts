/** Replies about being written to at all: no more, again, not me. */
import { insertConsents } from '../../db/consents.ts';
import { setHealth } from '../../db/contact-points.ts';
import { consentInForce } from '../../db/replies.ts';
import { viewOf } from '../../domain/view.ts';
import { recordFact } from '../fact.ts';
import { optOutUnder, type OptOutBody } from '../opt-out.ts';
import { loadState } from '../rebuild.ts';
import type { Done } from './done.ts';
import type { Heard } from './heard.ts';

/** Denies what the law of the place says; no answer follows: the consent that would allow one is gone. */
export async function hearOptOut(heard: Heard, body: OptOutBody): Promise<Done> {
  await optOutUnder(heard.lock, heard.ctx, heard.person.id, body, { by: heard.by, factId: `reply-${heard.id}`, evidence: { how: 'reply', channel: heard.channel, reply: heard.id } });
  return { did: 'optedOut', inbox: null, answer: null };
}

/**
 * Allows the channel again at the address that was written from, when it was the person themselves who had it stopped.
 * Any other "yes" is none: nobody asked for it.
 */
export async function hearOptIn(heard: Heard): Promise<Done> {
  const { lock, ctx, channel, contactPointId, id } = heard;
  const denied = await consentInForce(lock.trx, contactPointId, channel);
  const own = denied?.state === 'denied' && denied.evidence['source'] === 'optOut' && denied.evidence['by'] === 'debtor';
  const open = await Promise.all(heard.open.map(async (row) => ({ row, silent: viewOf((await loadState(lock.trx, row.id)).state).optedOut })));
  // Who had everything stopped did not mean this channel alone; how much is allowed again, a person asks.
  if (!own || open.some(({ silent }) => silent.includes('all'))) return { did: 'forwarded', inbox: 'optIn', answer: null };
  await insertConsents(lock.trx, [{
    id: ctx.newId(), contactPointId, channel, state: 'granted', evidence: { source: 'optIn', by: heard.by, how: 'reply', reply: id }, at: lock.now, seq: await lock.nextSeq(),
  }]);
  for (const { row, silent } of open) {
    if (silent.includes(channel)) await recordFact(lock, ctx, row.id, { id: `optedIn/reply-${id}`, body: { kind: 'optedIn', scope: channel }, tell: 'workflow' });
  }
  return { did: 'optedIn', inbox: null, answer: null };
}

/** Says to be somebody else: nothing goes to this address, by any channel, until somebody has looked. */
export async function hearWrongPerson({ lock, contactPointId }: Heard): Promise<Done> {
  await setHealth(lock.trx, contactPointId, 'quarantined');
  return { did: 'quarantined', inbox: 'wrongPerson', answer: null };
}
