/** The links of a message: made when it is rendered, kept as hashes with the attempt, the person and the creditor. */
import { insertLink, linkByHash, type LinkRow } from '../db/links.ts';
import type { Db, Trx } from '../db/pool.ts';
import { DAY } from '../domain/zone.ts';
import { hashToken, newToken } from './token.ts';

/** How long the page of a message opens. */
export const DEBTOR_LINK_LIFE = 30 * DAY;
/** Whoever finds an old mail must still be able to stop the next ones. */
export const UNSUBSCRIBE_LINK_LIFE = 730 * DAY;

/** The tokens of one message; an SMS is stopped by a word and has no link for it. */
export interface MessageTokens {
  readonly debtor: string;
  readonly unsubscribe: string | null;
  /** null: this creditor takes no payment by link. */
  readonly payment: string | null;
}

export function newTokens(channel: 'sms' | 'email', takesPayments = false): MessageTokens {
  return { debtor: newToken(), unsubscribe: channel === 'email' ? newToken() : null, payment: takesPayments ? newToken() : null };
}

export interface MessageUrls {
  readonly link: string;
  readonly unsubscribeUrl: string | null;
  readonly paymentUrl: string | null;
}

/** Where the tokens lead. */
export function urlsOf(tokens: MessageTokens, publicBaseUrl: string): MessageUrls {
  const base = publicBaseUrl.replace(/\/+$/, '');
  return {
    link: `${base}/d/${tokens.debtor}`, unsubscribeUrl: tokens.unsubscribe === null ? null : `${base}/u/${tokens.unsubscribe}`,
    paymentUrl: tokens.payment === null ? null : `${base}/p/${tokens.payment}`,
  };
}

export interface LinkOwner {
  readonly attemptId: string;
  readonly creditorId: string;
  readonly personId: string;
  readonly contactPointId: string;
  readonly agreementId: string;
}

/** Stores the tokens of a message that is about to leave, at `now` (epoch ms, business clock). */
export async function storeTokens(trx: Trx, tokens: MessageTokens, owner: LinkOwner, now: number, newId: () => string): Promise<void> {
  const common = { attempt_id: owner.attemptId, creditor_id: owner.creditorId, person_id: owner.personId, contact_point_id: owner.contactPointId, created_at: now };
  await insertLink(trx, { ...common, id: newId(), kind: 'debtor', token_hash: hashToken(tokens.debtor), agreement_id: owner.agreementId, expires_at: now + DEBTOR_LINK_LIFE });
  if (tokens.unsubscribe === null) return;
  await insertLink(trx, { ...common, id: newId(), kind: 'unsubscribe', token_hash: hashToken(tokens.unsubscribe), agreement_id: owner.agreementId, expires_at: now + UNSUBSCRIBE_LINK_LIFE });
}

/** The link behind a token, and whether it still opens; null for a token that is none of ours. */
export async function findLink(db: Db | Trx, kind: LinkRow['kind'], token: string, now: number): Promise<{ readonly row: LinkRow; readonly expired: boolean } | null> {
  const row = await linkByHash(db, kind, hashToken(token));
  return row === undefined ? null : { row, expired: row.expires_at <= now };
}
