/** What a message says, as it is heard where its reader's person is. */
import { classifyReply, type ReplyMeaning } from '../../replies/classify.ts';
import type { Db, Trx } from '../../db/pool.ts';
import { personById } from '../../db/persons.ts';
import { agreementsOfPerson } from '../../db/agreements.ts';
import { LOCALES } from '../../text/locale.ts';
import { phrasesFor } from '../../text/phrases.ts';
import type { OptOutBody } from '../opt-out.ts';
import { optOutLawOf } from '../opt-out-scope.ts';
import type { InboundMessage } from './inbound-message.ts';

/** The whole message, whatever its case, accents and punctuation. "Cancelar" is not here: it means to pay. */
const STOP_WORDS: ReadonlySet<string> = new Set(['BAJA', 'STOP', 'ALTO', 'STOPALL', 'UNSUBSCRIBE', 'SAIR']);
const CERTAIN = 1;

/** Whether a message asks to be left alone: by a word of everywhere, or by one of `words`, which hold where the person is. */
export function isStopWord(text: string, words: readonly string[] = []): boolean {
  const said = lettersOf(text);
  return STOP_WORDS.has(said) || words.some((word) => lettersOf(word) === said);
}

function lettersOf(text: string): string {
  return text.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, '').replaceAll(/[^A-Za-z]+/g, '').toUpperCase();
}

/** The words that our own messages ask for (src/text/phrases), each language's; they are understood in all of them. */
let invited: ReadonlyMap<string, 'optOut' | 'callMe' | 'wrongPerson'> | undefined;

function invitedWord(text: string): 'optOut' | 'callMe' | 'wrongPerson' | undefined {
  invited ??= new Map(LOCALES.flatMap((locale) => {
    const { stop, call, notYou } = phrasesFor(locale).replies;
    return [[lettersOf(stop), 'optOut'], [lettersOf(call), 'callMe'], [lettersOf(notYou), 'wrongPerson']] as const;
  }));
  return invited.get(lettersOf(text));
}

/** The words of which Twilio has heard what they ask for, and which it answers itself. */
const HEARD = { STOP: 'optOut', START: 'optIn', HELP: 'help' } as const;

/** The meaning without anybody's place, for a message of whom nobody is known. */
export function readAnywhere(message: InboundMessage, where: { locale?: string; zone?: string; now?: number } = {}): ReplyMeaning {
  if (message.optOutType !== undefined) return { class: HEARD[message.optOutType], confidence: CERTAIN };
  if (isStopWord(message.text)) return { class: 'optOut', confidence: CERTAIN };
  const word = invitedWord(message.text);
  return word === undefined ? classifyReply({ text: message.text, ...where }) : { class: word, confidence: CERTAIN };
}

export interface Reading {
  readonly meaning: ReplyMeaning;
  /** What falls silent here if it is an opt-out. */
  readonly optOut: OptOutBody;
}

/** The meaning for one person at `now` (epoch ms): their language, their zone, the stop words of their place. */
export async function readFor(db: Db | Trx, message: InboundMessage, holder: { personId: string; contactPointId: string }, now: number): Promise<Reading> {
  const { body, words } = await optOutLawOf(db, { ...holder, channel: message.channel }, now);
  if (message.optOutType === undefined && isStopWord(message.text, words)) return { meaning: { class: 'optOut', confidence: CERTAIN }, optOut: body };
  const person = await personById(db, holder.personId);
  const [agreement] = await agreementsOfPerson(db, holder.personId);
  const zone = agreement?.zone ?? person?.zone ?? null;
  const meaning = readAnywhere(message, { now, ...(person === undefined ? {} : { locale: localeOf(person.language, agreement?.country) }), ...(zone === null ? {} : { zone }) });
  return { meaning, optOut: body };
}

/** A language without a country is spoken as in the country of the agreement. */
function localeOf(language: string, country: string | undefined): string {
  return /[-_]/.test(language) || country === undefined ? language : `${language}-${country}`;
}
