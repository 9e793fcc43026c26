/** Tag 86, where every bank has its own order: `?20` fields, `/REMI/` words, or plain text. */
import { tidy } from './entry.ts';

export interface Details {
  readonly text: string;
  readonly payerName: string;
}

const TEXT_FIELDS = /^(?:2\d|6[0-3])$/;
const NAME_FIELDS = /^3[23]$/;
const NAME_WORDS: ReadonlySet<string> = new Set(['NAME', 'ORDP', 'BENM']);
const TEXT_WORDS: ReadonlySet<string> = new Set(['REMI', 'PREF', 'EREF']);

/** Text and name of the other party, as far as the bank marks them. */
export function readDetails(lines: readonly string[]): Details {
  // Fields run over the line's end in the middle of a word; plain text is broken between words.
  const whole = lines.join('');
  if (/^(?:\d{3})?\?\d{2}/.test(whole)) return fromFields(whole.split('?').slice(1).map((field) => [field.slice(0, 2), field.slice(2)] as const));
  if (/^\/[A-Z]{2,8}\//.test(whole)) return fromWords(whole);
  return { text: tidy(lines.join(' ')), payerName: '' };
}

function fromFields(fields: readonly (readonly [string, string])[]): Details {
  const of = (names: RegExp): string => tidy(fields.filter(([name]) => names.test(name)).map(([, value]) => value).join(''));
  return { text: of(TEXT_FIELDS), payerName: of(NAME_FIELDS) };
}

function fromWords(whole: string): Details {
  const parts = whole.split(/\/([A-Z]{2,8})\//).slice(1);
  const pairs = parts.flatMap((word, index) => (index % 2 === 0 ? [[word, parts[index + 1] ?? ''] as const] : []));
  const of = (words: ReadonlySet<string>): string => tidy(pairs.filter(([word]) => words.has(word)).map(([, value]) => value.replaceAll('/', ' ')).join(' '));
  return { text: of(TEXT_WORDS), payerName: of(NAME_WORDS) };
}
