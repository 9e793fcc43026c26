/**
 * Forbidden phrases as data: one file a language, one list a lint id of contact-law's ContentRule.mustNot. Texts are
 * compared without accents and in lower case, by whole words, so that an SMS after the sanitizer reads the same.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const LINT_IDS = [
  'judicialLook', 'judicialMention', 'unfiledSuit', 'creditBureau', 'thirdPartyDisclosure', 'askReasonForDefault', 'publicBodyName', 'threat', 'ridicule', 'payToCollector',
  'loanOffer', 'textToPay',
] as const;
export type LintId = (typeof LINT_IDS)[number];

const pattern = z.string().trim().min(2);
const list = z.strictObject({ forbid: z.array(pattern).min(1), allow: z.array(pattern) });
const lists = z.strictObject(Object.fromEntries(LINT_IDS.map((id) => [id, list])) as Record<LintId, typeof list>);

interface Compiled {
  readonly forbid: RegExp;
  readonly allow: RegExp | null;
}

const LANGUAGES = ['es', 'pt', 'en'] as const;
type Language = (typeof LANGUAGES)[number];

const compiled = new Map<Language, Readonly<Record<LintId, Compiled>>>();

/** Stands for what was taken out, so that its neighbours do not become one phrase. */
const GAP = ' \u0001 ';
/** Between two words of a phrase: anything but a letter, a digit, the end of a sentence, or a gap. */
const BETWEEN = '[^\\p{L}\\d.!?\\u0001]+';
const WORDS_BETWEEN = `${BETWEEN}(?:[\\p{L}\\d]+${BETWEEN}){0,4}?`;

/** A street is called what it is called: `calle del Juzgado 123`, `avenida Tribunales, Santiago`. */
const STREET = /(?<![\p{L}\d])(?:calle|avenida|avda|av|pasaje|psje|plaza|paseo|camino|carrera|cra|kra|jiron|jr|calzada|bulevar|boulevard|rua|travessa|praca|alameda)\.?\s+(?:(?:de|del|la|las|los|el|lo|da|do|das|dos)\s+)*[\p{L}]+(?:\s+[\p{L}]+){0,2}?(?=\s*(?:,|n[°o.]|#|\d))/gu;

/** Text as it is compared: lower case, no accents, no invisible characters. */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/[\p{M}\p{Cf}]/gu, '').toLowerCase();
}

/** Whether the languages have a list of this id. */
export function isLintId(id: string): id is LintId {
  return LINT_IDS.some((known) => known === id);
}

/**
 * The first forbidden phrase of a list in the text, as it stands there (folded), or null. `without` are sentences and
 * names that are not the author's: the sentence that the law itself demands, a creditor's name.
 */
export function forbiddenPhrase(id: LintId, locale: string, text: string, without: readonly string[] = []): string | null {
  const { forbid, allow } = listsOf(locale)[id];
  let searched = fold(text).replace(/\s+/g, ' ');
  for (const part of without) {
    const folded = fold(part).replace(/\s+/g, ' ').trim();
    if (folded.length > 1) searched = searched.replace(new RegExp(`(?<![\\p{L}\\d])${folded.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\d])`, 'gu'), GAP);
  }
  searched = searched.replace(STREET, GAP);
  if (allow !== null) searched = searched.replace(allow, GAP);
  return forbid.exec(searched)?.[0] ?? null;
}

/** A language that has no lists is searched in Spanish, which is what the firm's own people write. */
function listsOf(locale: string): Readonly<Record<LintId, Compiled>> {
  const language = LANGUAGES.find((one) => one === locale.split('-')[0]) ?? 'es';
  const found = compiled.get(language) ?? load(language);
  compiled.set(language, found);
  return found;
}

function load(language: Language): Readonly<Record<LintId, Compiled>> {
  const data = lists.parse(parse(readFileSync(fileURLToPath(new URL(`lint/${language}.yaml`, import.meta.url)), 'utf8')));
  const entries = LINT_IDS.map((id): [LintId, Compiled] => [id, {
    forbid: anyOf(data[id].forbid, 'u'), allow: data[id].allow.length === 0 ? null : anyOf(data[id].allow, 'gu'),
  }]);
  return Object.fromEntries(entries) as Record<LintId, Compiled>;
}

function anyOf(patterns: readonly string[], flags: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\d])(?:${patterns.map(source).join('|')})(?![\\p{L}\\d])`, flags);
}

/** One phrase as an expression; the words inside `(a b|c)` are kept together while the phrase is split. */
function source(phrase: string): string {
  const words = phrase.match(/\([^)]*\)\??|[^\s()]+/g) ?? [];
  let text = '';
  let join = '';
  for (const word of words) {
    if (word === '...') {
      join = WORDS_BETWEEN;
      continue;
    }
    const optional = word.endsWith('?');
    const one = wordSource(optional ? word.slice(0, -1) : word);
    text += optional ? `(?:${join}${one})?` : `${join}${one}`;
    join = BETWEEN;
  }
  return text;
}

function wordSource(word: string): string {
  return word.replace(/[.+^$[\]\\{}?]/g, '\\$&').replace(/\(/g, '(?:').replace(/\s+/g, BETWEEN).replace(/\*/g, '\\p{L}*');
}
