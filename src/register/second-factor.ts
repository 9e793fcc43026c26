/** The second factor of a debtor's page: the last digits of the national id, tried at most five times an hour. */
import { timingSafeEqual } from 'node:crypto';
import type { NationalId } from '../db/database.ts';
import { endSession, insertSession, insertTry, lockedFor, sessionLasts, useCode, wrongTries, wrongTriesAtLink, type LinkRow } from '../db/links.ts';
import { confirmPerson, personById } from '../db/persons.ts';
import type { Db, Trx } from '../db/pool.ts';
import { HOUR, MINUTE } from '../domain/zone.ts';
import { underAgreementLock } from './agreement-lock.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { appendTimeline } from './timeline.ts';
import { hashToken, newToken } from './token.ts';

/** Wrong tries a person has within the hour; then the page rests until the first of them is an hour old. */
export const MOST_WRONG = 5;
const WITHIN = HOUR;
/** Four digits are few: a link at which so many were wrong in its whole life opens no more. */
const MOST_WRONG_EVER = 15;
/** How long the page stays open after the factor, in ms of wall time. */
export const SESSION_LASTS = 30 * MINUTE;
const DIGITS = 4;

export type Passing =
  | { readonly kind: 'passed'; readonly session: string }
  | { readonly kind: 'wrong'; readonly left: number }
  /** `forMs` until it may be tried again; null: never, at this link. */
  | { readonly kind: 'locked'; readonly forMs: number | null };

/** What is asked for: the last four of the number, without the check digit where it is written apart. */
export function secretOf({ type, value }: NationalId): string {
  return (type === 'rut' ? value.slice(0, -1) : value).slice(-DIGITS);
}

/** How long this link rests; null when it may be tried. */
export async function restOf(db: Db | Trx, link: LinkRow): Promise<{ readonly forMs: number | null } | null> {
  if ((await wrongTriesAtLink(db, link.id)) >= MOST_WRONG_EVER) return { forMs: null };
  const forMs = await lockedFor(db, link.person_id, MOST_WRONG, WITHIN);
  return forMs > 0 ? { forMs } : null;
}

/** Tries the digits. Tries of one person come one after the other, so that many at once are not more than five. */
export async function tryDigits(ctx: RegisterContext, link: LinkRow, digits: string): Promise<Passing> {
  return underAgreementLock(ctx, link.agreement_id, async (lock) => {
    const rest = await restOf(lock.trx, link);
    if (rest !== null) return { kind: 'locked', ...rest };
    const person = await personById(lock.trx, link.person_id);
    const secret = person === undefined || person.national_id === null ? null : secretOf(person.national_id);
    const passed = secret !== null && equal(secret, tidy(digits));
    return finishTry(lock, ctx, link, 'digits', passed);
  });
}

/** Tries a code that was sent; each works once. */
export async function tryCode(ctx: RegisterContext, link: LinkRow, code: string): Promise<Passing> {
  return underAgreementLock(ctx, link.agreement_id, async (lock) => {
    const rest = await restOf(lock.trx, link);
    if (rest !== null) return { kind: 'locked', ...rest };
    return finishTry(lock, ctx, link, 'code', await useCode(lock.trx, link.id, hashCode(link.id, code)));
  });
}

/** Six digits are few: the hash is the link's own, so that one list does not serve for all. */
export function hashCode(linkId: string, code: string): string {
  return hashToken(`${linkId} ${tidy(code)}`);
}

/** The reader closes the page. */
export async function endPage(ctx: Pick<RegisterContext, 'db'>, link: LinkRow, session: string | null): Promise<void> {
  if (session !== null && (await isOpen(ctx, link, session))) await endSession(ctx.db, hashToken(session));
}

async function finishTry(lock: PersonLock, ctx: RegisterContext, link: LinkRow, factor: 'digits' | 'code', passed: boolean): Promise<Passing> {
  await insertTry(lock.trx, { personId: link.person_id, linkId: link.id, factor, passed });
  ctx.log.info({ linkId: link.id, factor, passed }, 'a second factor was tried');
  if (!passed) {
    const rest = await restOf(lock.trx, link);
    if (rest !== null) return { kind: 'locked', ...rest };
    return { kind: 'wrong', left: MOST_WRONG - (await wrongTries(lock.trx, link.person_id, WITHIN)) };
  }
  // The digits are the person's own; a code only proves that somebody holds the phone or the mailbox.
  if (factor === 'digits') await confirm(lock, link);
  const session = newToken();
  await insertSession(lock.trx, hashToken(session), link.id, SESSION_LASTS);
  return { kind: 'passed', session };
}

async function confirm(lock: PersonLock, link: LinkRow): Promise<void> {
  const person = await personById(lock.trx, link.person_id);
  if (person?.confirmed_at !== null) return;
  await confirmPerson(lock.trx, link.person_id, lock.now);
  await appendTimeline(lock.trx, link.agreement_id, {
    at: lock.now, kind: 'personConfirmed', outcome: 'digits',
    text: { es: 'La persona confirmó su identidad en su página.', en: 'The person confirmed their identity on their page.' },
  });
}

/** Whether a session of this link lasts; nothing changes by asking. */
export async function isOpen(ctx: Pick<RegisterContext, 'db'>, link: LinkRow, session: string | null): Promise<boolean> {
  return session !== null && sessionLasts(ctx.db, hashToken(session), link.id);
}

/** What the forms of a session carry: another site may send a form, but knows no session. */
export function formKeyOf(session: string): string {
  return hashToken(`form ${session}`).slice(0, 32);
}

/** As people type it: with dots, hyphens or spaces, in small letters. */
function tidy(text: string): string {
  return text.replace(/[\s.-]/g, '').toUpperCase();
}

function equal(secret: string, given: string): boolean {
  const [one, other] = [Buffer.from(secret), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
