/** `/u/{token}` and "this is not me": whoever holds a message stops the next ones, as far as the law of the person's place says. */
import { agreementById } from '../db/agreements.ts';
import { creditorById } from '../db/creditors.ts';
import type { LinkRow } from '../db/links.ts';
import { personById } from '../db/persons.ts';
import type { Db, Trx } from '../db/pool.ts';
import { findLink } from './link.ts';
import { isOptedOut, optOutUnder, type OptOutBody } from './opt-out.ts';
import { optOutLawOf } from './opt-out-scope.ts';
import { underLockOf } from './person-by-ref.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { quarantinePoint } from './sending/contact-health.ts';
import { firmOf } from './sending/sender.ts';

export interface UnsubscribePage {
  readonly state: 'open' | 'done' | 'closed';
  readonly firm: string;
  /** BCP 47, of the person. */
  readonly language: string;
  readonly country: string;
}

/** What the page says; nothing changes by looking. null for a token that is none of ours. */
export async function unsubscribePage(ctx: RegisterContext, token: string): Promise<UnsubscribePage | null> {
  const now = await ctx.clock.now();
  const found = await findLink(ctx.db, 'unsubscribe', token, now);
  if (found === null) return null;
  const about = await aboutLink(ctx.db, found.row);
  if (about === null) return null;
  return { ...about, state: found.expired ? 'closed' : (await isOptedOut(ctx.db, found.row.person_id, await mailOf(ctx.db, found.row, now))) ? 'done' : 'open' };
}

/** What is known of whom a link writes for; null when somebody was erased meanwhile. */
export async function aboutLink(db: Db | Trx, link: LinkRow): Promise<Omit<UnsubscribePage, 'state'> | null> {
  const [person, creditor, agreement] = [await personById(db, link.person_id), await creditorById(db, link.creditor_id), await agreementById(db, link.agreement_id)];
  if (person === undefined || creditor === undefined || agreement === undefined) return null;
  return { firm: firmOf(creditor), language: person.language, country: agreement.country };
}

/** Stops the mails to the address of this link, and what the law says falls silent with it; again changes nothing. False for a token that opens nothing any more. */
export async function unsubscribe(ctx: RegisterContext, token: string, how: 'page' | 'oneClick', shown: string): Promise<boolean> {
  const now = await ctx.clock.now();
  const found = await findLink(ctx.db, 'unsubscribe', token, now);
  if (found === null || found.expired) return false;
  const about = await aboutLink(ctx.db, found.row);
  if (about === null) return false;
  await stop(ctx, found.row, await mailOf(ctx.db, found.row, now), { how, link: found.row.id, shown });
  return true;
}

/** What "no more mails" denies. */
async function mailOf(db: Db | Trx, { person_id: personId, contact_point_id: contactPointId }: LinkRow, now: number): Promise<OptOutBody> {
  return (await optOutLawOf(db, { personId, contactPointId, channel: 'email' }, now)).body;
}

/** Somebody says that they are not the person: nothing goes to this contact point any more, by any of its channels, and a new consent does not open it before somebody has looked. */
export async function notMe(ctx: RegisterContext, link: LinkRow, shown: string): Promise<void> {
  await stop(ctx, link, { contactPointId: link.contact_point_id, scope: 'channel' }, { how: 'notMe', link: link.id, shown }, (lock) => quarantinePoint(lock, link.contact_point_id));
}

async function stop(
  ctx: RegisterContext, link: LinkRow, body: OptOutBody, evidence: Readonly<Record<string, string>>, besides?: (lock: PersonLock) => Promise<unknown>,
): Promise<void> {
  const person = await personById(ctx.db, link.person_id);
  if (person === undefined) return;
  await underLockOf(ctx, link.person_id, async (lock) => {
    await besides?.(lock);
    // Under the lock: of two clicks at once the second finds it done. After a new consent the old link works again.
    if (await isOptedOut(lock.trx, link.person_id, body)) return;
    await optOutUnder(lock, ctx, link.person_id, body, { by: 'debtor', evidence });
  });
}
