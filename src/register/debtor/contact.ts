/** How the person is reached, and what they want no more of it: the page's way to opt out. */
import { contactPointsOf } from '../../db/contact-points.ts';
import type { ConsentChannel } from '../../db/database.ts';
import type { LinkRow } from '../../db/links.ts';
import { personById } from '../../db/persons.ts';
import { AppError } from '../../errors.ts';
import { isOptedOut, optOutUnder, type OptOutBody } from '../opt-out.ts';
import { optOutLawOf } from '../opt-out-scope.ts';
import { underPersonLock, type RegisterContext } from '../person-lock.ts';

export interface ChannelInUse {
  readonly channel: ConsentChannel;
  /** The phones or addresses by which it is used now, as they are, for the person alone; empty: it is silent. */
  readonly values: readonly string[];
  /** Everything of it was refused; without this a channel that is silent was only never asked for. */
  readonly refused: boolean;
}

const CHANNELS: readonly ConsentChannel[] = ['sms', 'email', 'call'];

/** The channels of which the creditor has a contact point; others do not exist for the person. */
export async function channelsOf(ctx: Pick<RegisterContext, 'db'>, link: Pick<LinkRow, 'person_id'>): Promise<ChannelInUse[]> {
  const points = (await contactPointsOf(ctx.db, link.person_id)).filter(({ given }) => given);
  return CHANNELS.flatMap((channel) => {
    const reached = points.filter((point) => point.channels.includes(channel));
    if (reached.length === 0) return [];
    return [{ channel, values: reached.filter(({ consent }) => consent[channel] === 'granted').map(({ value }) => value), refused: reached.every(({ consent }) => consent[channel] === 'denied') }];
  });
}

/** Opts out of a channel, or of everything of this creditor; `shown` is what the page said. Again it changes nothing. */
export async function optOutOnPage(ctx: RegisterContext, link: LinkRow, given: { readonly what: ConsentChannel | 'all'; readonly shown: string; readonly once: string }): Promise<void> {
  const person = await personById(ctx.db, link.person_id);
  if (person === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such person.');
  await underPersonLock(ctx, person.identity_id, async (lock) => {
    const body = given.what === 'all' ? { scope: 'creditor' as const } : await byLaw(ctx, link, given.what, lock.now);
    // Under the lock: of two clicks at once the second finds it done.
    if (await isOptedOut(lock.trx, link.person_id, body)) return;
    await optOutUnder(lock, ctx, link.person_id, body, { by: 'debtor', factId: `page-${given.once}`, evidence: { how: 'page', link: link.id, shown: given.shown } });
  });
}

/** A law that lets one refusal silence the creditor altogether holds on the page too. */
async function byLaw(ctx: RegisterContext, link: LinkRow, channel: ConsentChannel, now: number): Promise<OptOutBody> {
  const { body } = await optOutLawOf(ctx.db, { personId: link.person_id, contactPointId: link.contact_point_id, channel }, now);
  return body.scope === 'creditor' ? body : { channel, scope: 'channel' };
}
