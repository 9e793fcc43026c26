/** The door of a debtor's page: who writes, and the second factor. Nothing here says who the reader is, how much, or to whom. */
import { MINUTE, SECOND } from '../../domain/zone.ts';
import type { DebtorDoor, Writer } from '../../register/debtor-page.ts';
import type { RegisterContext } from '../../register/person-lock.ts';
import { tryCode, tryDigits, type Passing } from '../../register/second-factor.ts';
import { notMe } from '../../register/unsubscribe.ts';
import { languageLinks, writerView } from '../debtor-view.ts';
import { wordsIn, type DebtorWords, type PageLanguage } from '../debtor-words.ts';
import type { View } from '../page.ts';
import { plain } from './plain.ts';
import type { Filled } from './visit.ts';

export interface DoorDeps {
  readonly ctx: RegisterContext;
  /** Sends a code to the contact point of a link; false when nothing may or can leave now. null: this process sends nothing. */
  readonly sendCode: ((linkId: string, language: string) => Promise<boolean>) | null;
}

export type ClosedDoor = Exclude<DebtorDoor, { state: 'open' }>;

export interface AtDoor {
  readonly door: ClosedDoor;
  readonly language: PageLanguage;
}

/** What a form at the door asks for: the digits, a code, to be sent one, or that it is somebody else. */
export async function actAtDoor(deps: DoorDeps, at: AtDoor, filled: Filled): Promise<View | { readonly session: string }> {
  const { door, language } = at;
  const words = wordsIn(language);
  if (door.state !== 'ask') return doorPage(deps, at);
  if (filled.text('do') === 'notMe') {
    await notMe(deps.ctx, door.link, words.notMe);
    return plain(language, { status: 200, title: words.thanksNotMeTitle, text: words.thanksNotMe, good: true });
  }
  if (filled.text('do') === 'sendCode' && mayAskCode(deps, door)) return doorPage(deps, at, { sent: (await deps.sendCode?.(door.link.id, language)) ?? false });
  const [code, digits] = [filled.text('code').slice(0, 40), filled.text('digits').slice(0, 40)];
  // An empty field is no try.
  if (code.trim() === '' && digits.trim() === '') return doorPage(deps, at);
  const passing = code !== '' ? await tryCode(deps.ctx, door.link, code) : await tryDigits(deps.ctx, door.link, digits);
  return passing.kind === 'passed' ? { session: passing.session } : doorPage(deps, at, { passing, byCode: code !== '' });
}

/** A code stands in only where there is no number to ask for: it proves less. */
function mayAskCode({ sendCode }: DoorDeps, door: ClosedDoor): boolean {
  return sendCode !== null && door.state === 'ask' && door.idType === null;
}

interface Tried {
  readonly passing?: Exclude<Passing, { kind: 'passed' }>;
  readonly byCode?: boolean;
  /** A code was asked for: whether it left. */
  readonly sent?: boolean;
}

export function doorPage(deps: DoorDeps, { door, language }: AtDoor, tried: Tried = {}): View {
  const { writer } = door;
  const words = wordsIn(language);
  if (door.state === 'locked') return lockedPage(language, writer, door.forMs);
  if (tried.passing?.kind === 'locked') return lockedPage(language, writer, tried.passing.forMs);
  const left = tried.passing?.kind === 'wrong' ? tried.passing.left : null;
  const { idType } = door;
  return {
    status: left !== null ? 422 : tried.sent === false ? 503 : 200, template: 'debtor-door.eta',
    data: {
      title: `${writer.firm}: ${words.message}`, lang: language, skip: words.skip, words, writer: writerView(writer), languages: languageLinks(language).map((one) => ({ ...one, href: `?lang=${one.code}` })), doubt: words.doubt(writer.firm),
      label: idType === null ? null : words.digits(idName(idType, words), !LETTERS.has(idType)), numeric: idType !== null && !LETTERS.has(idType), hint: idType === 'rut' ? words.rutHint : words.digitsHint,
      error: left === null ? null : words.wrong(left), asksCode: mayAskCode(deps, door), codeSent: tried.sent === true || tried.byCode === true,
      codeFailed: tried.sent === false || (idType === null && deps.sendCode === null) ? words.codeFailed : null,
    },
  };
}

/** Ids that hold letters: a keypad of digits would not do. */
const LETTERS: ReadonlySet<string> = new Set(['curp', 'rfc', 'ce']);

/** Acronyms stand as they are; a passport-like number is a document. */
function idName(type: string, words: DebtorWords): string {
  return ['cc', 'ce', 'ci'].includes(type) ? words.document : type.toUpperCase();
}

function lockedPage(language: PageLanguage, writer: Writer, forMs: number | null): View {
  const words = wordsIn(language);
  return plain(language, {
    status: 429, title: words.lockedTitle, text: forMs === null ? words.lockedForGood : words.lockedFor(Math.max(1, Math.ceil(forMs / MINUTE))), writer,
    ...(forMs === null ? {} : { retryAfter: Math.max(1, Math.ceil(forMs / SECOND)) }),
  });
}
