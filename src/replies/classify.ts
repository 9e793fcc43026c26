/** What a debtor's reply says, by rules alone: the same text always gets the same class (contract, section 11). */
import type { Instant } from '../domain/agreement.ts';
import { localDate, localMinuteOfDay, addDays } from '../domain/zone.ts';
import { amountIn } from './amounts.ts';
import { daysIn, timeIn, type Days, type Today } from './dates.ts';
import { CALL_ME, WILL_PAY } from './phrases/appointment.ts';
import { ALREADY_PAID, ASK_TERMS, CANNOT_PAY, DISPUTE } from './phrases/debt.ts';
import { COURTESY, DECEASED, HELP, THANKS, WRONG_PERSON } from './phrases/identity.ts';
import type { Phrases } from './phrases/phrases.ts';
import { OPT_IN, OPT_OUT, OPT_OUT_PERHAPS } from './phrases/silence.ts';
import { regionOf } from './region.ts';
import { respelled } from './spelling.ts';
import { anyOf, fold, indexOf, without, wordsOf, type Folded, type Index } from './words.ts';

/** In the order in which one wins over the next. */
export const REPLY_CLASSES = ['optOut', 'deceased', 'wrongPerson', 'dispute', 'alreadyPaid', 'willPay', 'callMe', 'optIn', 'askTerms', 'cannotPay', 'help', 'thanks', 'unknown'] as const;
export type ReplyClass = (typeof REPLY_CLASSES)[number];

export interface Reply {
  readonly text: string;
  /** BCP 47, such as `es-CL`. */
  readonly locale?: string;
  /** When it was written, epoch ms; without it no day can be computed. */
  readonly now?: Instant;
  /** IANA zone; without it the one of the locale's capital. */
  readonly zone?: string;
}

/** What does not apply is absent. */
export interface ReplyMeaning {
  readonly class: ReplyClass;
  /** Local date meant, `YYYY-MM-DD`; `willPay` and `callMe` only. */
  readonly date?: string;
  /** Local time of day meant, `HH:MM`; `callMe` only. */
  readonly time?: string;
  /** In minor units of the currency named, else of the place. */
  readonly amountMinor?: number;
  /** 0 to 1: a scale of how plainly it was said, not a measured probability. */
  readonly confidence: number;
}

/** What there are phrases for. `perhapsOptOut` is heard only when nothing else is. */
type Spoken = Exclude<ReplyClass, 'unknown'> | 'perhapsOptOut';
const PHRASES: Readonly<Record<Spoken, Phrases>> = {
  optOut: OPT_OUT, deceased: DECEASED, wrongPerson: WRONG_PERSON, dispute: DISPUTE, alreadyPaid: ALREADY_PAID, willPay: WILL_PAY,
  callMe: CALL_ME, optIn: OPT_IN, askTerms: ASK_TERMS, cannotPay: CANNOT_PAY, help: HELP, thanks: THANKS, perhapsOptOut: OPT_OUT_PERHAPS,
};
const PLAIN = 0.95;
const BESIDE_ANOTHER = 0.75;
const ONLY_A_DAY = 0.6;
/** Characters of a message that are read: more than people write; what follows is the mail they answer. */
const LONGEST = 20_000;
const PERHAPS = 0.6;
const NOTHING_SAID = 0.2;
/** Beside these a looser request for silence is still believed. */
const SAYS_LITTLE: ReadonlySet<ReplyClass> = new Set(['help', 'thanks']);

/** Where a piece of a text ends; a point between digits ends nothing. Split, not matched piece by piece: that took a time that grew with the square of the length. */
const PIECE_END = /(?<=[!;?\n])|(?=¿)|(?<=[.,])(?!\d)/;
/** Beside a day these words make no sentence of their own: "el viernes sin falta". */
const AROUND_A_DAY = ['el', 'la', 'para', 'sin falta', 'a mas tardar', 'en', 'on', 'by', 'ok', 'si', 'sim', 'yes', 'sera', 'seria', 'tipo', 'a', 'o', 'de', 'mismo', 'seguro', 'ya', 'por', 'tarde', 'noche', 'primera hora', 'no', 'the', 'esta', 'este'];
/** A negation or a question does not thank. */
const MORE_THAN_THANKS = / (?:(?<!por )no|aun|todabia|ainda|kuanto|kuando|not|pero|but|mas) /;

interface Patterns {
  readonly says: Index;
  readonly whole: Index;
  readonly sounds: Index;
}

/** Filled when first asked: building the expressions takes a quarter of a second, which a start need not pay. */
const patterns = new Map<Spoken, Patterns>();
let courtesies: RegExp | undefined;
let known: ReturnType<typeof wordsOf> | undefined;
let aroundADay: RegExp | undefined;

function patternsOf(of: Spoken): Patterns {
  const before = patterns.get(of);
  if (before) return before;
  const isWhole = (phrase: string): boolean => /^\^| \$$/.test(phrase);
  const { says, sounds } = PHRASES[of];
  const made = { says: indexOf(says.filter((phrase) => !isWhole(phrase))), whole: indexOf(says.filter(isWhole)), sounds: indexOf(sounds, 'g') };
  patterns.set(of, made);
  return made;
}

/** The text as the rules read it: folded, and slips in the deciding words put right. */
function read(text: string): Folded {
  known ??= wordsOf([...Object.values(PHRASES).flatMap(({ says: said, sounds }) => [...said, ...sounds]), ...COURTESY]);
  const { words, beginnings } = known;
  return respelled(fold(text), (word) => words.has(word) || beginnings.some((beginning) => word.startsWith(beginning)));
}

/** The message without its greetings and thanks. */
function bare(text: Folded): Folded {
  courtesies ??= anyOf(COURTESY, 'g');
  return text.replaceAll(courtesies, '');
}

function says(of: Spoken, text: Folded): boolean {
  const { says: anywhere, whole, sounds } = patternsOf(of);
  const words = new Set(text.split(' '));
  const heard = sounds.among(words).reduce(without, text);
  if (anywhere.among(words).some((pattern) => pattern.test(heard))) return true;
  return whole.among(words).some((pattern) => pattern.test(bare(heard)));
}

/** A text in the forms the rules look at. */
interface Heard {
  readonly text: Folded;
  /** Without its questions: a question is no promise. */
  readonly told: Folded;
  readonly asked: Folded;
  /** Its clauses, one by one: "Hola. BAJA" says what "BAJA" says. */
  readonly clauses: readonly Folded[];
  readonly days: Days;
  readonly isQuestion: boolean;
}

/** Whether the reply is of the class, and how plainly it says so; null when it is not. */
function confidenceIn(of: Exclude<ReplyClass, 'unknown'>, heard: Heard): number | null {
  const { text, told, asked, clauses, days, isQuestion } = heard;
  // Whoever asks for silence, or is somebody else, is heard wherever in the message it stands and whatever is said around it.
  if ((of === 'optOut' || of === 'wrongPerson') && clauses.some((clause) => says(of, clause))) return PLAIN;
  if (of === 'willPay') {
    if (days.date === undefined) return null;
    if (says('willPay', told)) return PLAIN;
    return !isQuestion && isOnlyADay(days.rest) ? ONLY_A_DAY : null;
  }
  if (of === 'alreadyPaid' && isQuestion && !says(of, told)) return null;
  if (of === 'askTerms' && asked !== ' ' && !says(of, text)) return days.date !== undefined && says('willPay', asked) ? BESIDE_ANOTHER : null;
  if (of === 'thanks' && (isQuestion || MORE_THAN_THANKS.test(text))) return null;
  return says(of, text) ? PLAIN : null;
}

function isOnlyADay(rest: Folded): boolean {
  if (!rest.includes('·')) return false;
  aroundADay ??= anyOf(AROUND_A_DAY, 'g');
  return bare(rest).replaceAll(aroundADay, '').replaceAll(/[· ]/g, '') === '';
}

function hear(text: string, today: Today): Heard {
  const pieces = text.split(PIECE_END);
  const questions = pieces.filter((piece) => piece.endsWith('?'));
  const all = read(text);
  return { text: all, told: read(pieces.filter((piece) => !piece.endsWith('?')).join(' ')), asked: read(questions.join(' ')), clauses: pieces.length > 1 ? pieces.map(read) : [], days: daysIn(all, today), isQuestion: questions.length > 0 };
}

/** The day on which the reply was written; a made-up one when that is unknown, of which no date leaves this file. */
function todayOf({ locale, now, zone }: Reply): { readonly today: Today; readonly isKnown: boolean; readonly minute: number; readonly currency: string | undefined } {
  const region = regionOf(locale, zone);
  const where = zone ?? region?.zone ?? 'UTC';
  const habits = { paidTwice: region?.paidTwice ?? true, monthFirst: /[-_]US$/i.test(locale ?? '') };
  const currency = region?.currency;
  if (now === undefined) return { today: { date: '2000-01-01', ...habits }, isKnown: false, minute: 0, currency };
  return { today: { date: localDate(where, now), ...habits }, isKnown: true, minute: localMinuteOfDay(where, now), currency };
}

/** The class of a reply, with the day, time and amount it names. */
export function classifyReply(reply: Reply): ReplyMeaning {
  const { today, isKnown, minute, currency } = todayOf(reply);
  const heard = hear(reply.text.slice(0, LONGEST), today);
  const found: { class: ReplyClass; confidence: number }[] = REPLY_CLASSES.flatMap((of) => {
    const confidence = of === 'unknown' ? null : confidenceIn(of, heard);
    return confidence === null ? [] : [{ class: of, confidence }];
  });
  if (found.every(({ class: of }) => SAYS_LITTLE.has(of)) && says('perhapsOptOut', heard.text)) found.unshift({ class: 'optOut', confidence: PERHAPS });
  const [first = { class: 'unknown' as const, confidence: NOTHING_SAID }, ...others] = found;
  const amountMinor = amountIn(reply.text.slice(0, LONGEST), currency);
  const time = first.class === 'callMe' ? timeIn(heard.text) : undefined;
  const date = !isKnown || (first.class !== 'willPay' && first.class !== 'callMe') ? undefined : heard.days.date ?? (time === undefined ? undefined : dayOfCall(time, today, minute));
  return {
    class: first.class, ...(date !== undefined && { date }), ...(time !== undefined && { time }), ...(amountMinor !== undefined && { amountMinor }),
    confidence: others.some(({ class: other }) => other !== 'thanks') ? Math.min(first.confidence, BESIDE_ANOTHER) : first.confidence,
  };
}

/** A time without a day is the next time it comes. */
function dayOfCall(time: string, today: Today, minute: number): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes > minute ? today.date : addDays(today.date, 1);
}
