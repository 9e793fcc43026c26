/** What each class of reply brings about. */
import { openDisputeUnder } from '../dispute.ts';
import type { OptOutBody } from '../opt-out.ts';
import { bookWishedCall } from './callback-in-reply.ts';
import { hearOptIn, hearOptOut, hearWrongPerson } from './consent.ts';
import type { Done } from './done.ts';
import { requestOf, type Heard } from './heard.ts';
import { takePromise } from './promise-in-reply.ts';
import { awaitProof, hearDeath, hearHardship } from './rest.ts';

const LONGEST_TEXT = 5_000;

/** Acts on a reply as its class says; `optOut` is what falls silent if it asks for that. */
export async function actOn(heard: Heard, optOut: OptOutBody): Promise<Done> {
  switch (heard.class) {
    case 'optOut': return hearOptOut(heard, optOut);
    case 'wrongPerson': return hearWrongPerson(heard);
    case 'deceased': return hearDeath(heard);
    case 'optIn': return hearOptIn(heard);
    case 'thanks': return { did: 'nothing', inbox: null, answer: null };
    case 'help': return { did: 'asked', inbox: null, answer: 'help' };
    case 'unknown': return { did: 'forwarded', inbox: 'unclear', answer: null };
    default: return heard.spoken.length === 0 ? { did: 'forwarded', inbox: 'over', answer: null } : aboutDebt(heard, heard.class);
  }
}

type AboutDebt = 'dispute' | 'alreadyPaid' | 'willPay' | 'callMe' | 'askTerms' | 'cannotPay';

/** Something of this creditor is still open. */
async function aboutDebt(heard: Heard, said: AboutDebt): Promise<Done> {
  switch (said) {
    case 'dispute': return hearDispute(heard);
    case 'alreadyPaid': return awaitProof(heard);
    case 'willPay': return takePromise(heard);
    case 'callMe': return bookWishedCall(heard);
    case 'askTerms': return { did: 'termsAsked', inbox: 'terms', answer: 'terms' };
    case 'cannotPay': return hearHardship(heard);
  }
}

/** A case for each agreement that our message spoke of; while one is open, collection rests. */
async function hearDispute(heard: Heard): Promise<Done> {
  const fresh = heard.spoken.filter((row) => !row.disputed);
  const text = heard.body?.trim().slice(0, LONGEST_TEXT) ?? '';
  for (const row of fresh) {
    await openDisputeUnder(heard.lock, heard.ctx, row.id, { reason: 'reply', ...(text === '' ? {} : { text }) }, requestOf(heard, 'disputed'));
  }
  return { did: fresh.length > 0 ? 'disputed' : 'disputeStands', inbox: 'dispute', answer: 'dispute' };
}
