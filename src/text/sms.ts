/**
 * The alphabet and the length of an SMS. One letter outside GSM-7 (á í ó ú “ – and the no-break space that Intl puts into
 * amounts) turns the whole message into UCS-2 and cuts a segment from 160 to 70 characters, so texts are brought into
 * the alphabet after they are rendered.
 */

const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Written with an escape before them: two septets each. */
const EXTENDED = '\f^{}\\[~]|€';

const basic = new Set(BASIC);
const extended = new Set(EXTENDED);

/** What stands for a character that has no letter under its marks. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  '\u00a0': ' ', '\u202f': ' ', '\u2009': ' ', '\t': ' ',
  '\u2018': "'", '\u2019': "'", '\u201a': "'", '\u00b4': "'", '`': "'",
  '\u201c': '"', '\u201d': '"', '\u201e': '"', '«': '"', '»': '"',
  '\u2010': '-', '\u2011': '-', '\u2012': '-', '\u2013': '-', '\u2014': '-', '\u2212': '-',
  '…': '...', '·': '-', '•': '-', 'º': 'o', 'ª': 'a', '°': 'o', '\u0131': 'i', 'ł': 'l', 'Ł': 'L', 'đ': 'd', 'Đ': 'D',
};

/** The text in the GSM-7 alphabet: accents that it lacks are dropped (venció → vencio; ñ é ü ¿ ¡ stay), the rest is left out. */
export function toGsm7(text: string): string {
  const letters = Array.from(text.normalize('NFC'), toAlphabet).join('');
  return letters.replace(/ {2,}/g, ' ').replace(/ *\n */g, '\n').trim();
}

function toAlphabet(character: string): string {
  if (basic.has(character) || extended.has(character)) return character;
  const replacement = REPLACEMENTS[character];
  if (replacement !== undefined) return replacement;
  return Array.from(character.normalize('NFKD')).filter((part) => basic.has(part) || extended.has(part)).join('');
}

export type SmsEncoding = 'GSM-7' | 'UCS-2';

export interface SmsLength {
  readonly encoding: SmsEncoding;
  /** Septets (GSM-7) or UTF-16 code units (UCS-2). */
  readonly units: number;
  readonly segments: number;
}

/** How many segments the text takes as it stands, as the networks split it: a character never falls into two segments. */
export function smsLength(text: string): SmsLength {
  const characters = Array.from(text);
  const gsm = characters.every((character) => basic.has(character) || extended.has(character));
  const sizes = characters.map((character) => (gsm ? (extended.has(character) ? 2 : 1) : character.length));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const [alone, each] = gsm ? [160, 153] : [70, 67];
  return { encoding: gsm ? 'GSM-7' : 'UCS-2', units, segments: units <= alone ? Math.min(units, 1) : packed(sizes, each) };
}

function packed(sizes: readonly number[], each: number): number {
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > each) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return segments;
}
