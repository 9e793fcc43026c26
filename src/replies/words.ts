/**
 * Reads a reply as words whose spelling no longer matters, and phrases as patterns over them. Both sides pass the same
 * fold (h, b/v, c/s/z, ll/y, doubled letters), so a phrase written once also finds how people misspell it.
 */

/** Short forms of SMS and chat, and slips that the fold does not reach; `nao` becomes `no`, so that negation is one word in Spanish and Portuguese. */
const SHORT: Readonly<Record<string, string>> = {
  x: 'por', xfa: 'por favor', xfavor: 'por favor', porfa: 'por favor', porfavor: 'por favor', porfis: 'por favor', pfv: 'por favor', pf: 'por favor', plz: 'please', pls: 'please',
  q: 'que', k: 'que', ke: 'que', qe: 'que', d: 'de', pq: 'por que', xq: 'por que', porq: 'por que', porque: 'por que',
  n: 'no', nao: 'no', naum: 'no', num: 'numero', vc: 'voce', vcs: 'voces', p: 'para', pa: 'para', pra: 'para', pro: 'para', tb: 'tambien', tmb: 'tambien', tbm: 'tambien',
  mnn: 'manana', mnana: 'manana', mana: 'manana', maniana: 'manana', amnh: 'amanha', u: 'you', ur: 'your', cel: 'celular', nro: 'numero', wsp: 'whatsapp', wasap: 'whatsapp',
  page: 'pague', stpo: 'stop', sotp: 'stop', tsop: 'stop', dis: 'this', dat: 'that', yall: 'you', ud: 'usted', uds: 'ustedes', sr: 'senor', sra: 'senora', srta: 'senorita', fav: 'favor', porfi: 'por favor', porfas: 'por favor', porfiz: 'por favor', plis: 'please', pleas: 'please', plox: 'please', pfvr: 'por favor', pofavor: 'por favor', pofa: 'por favor', fa: 'favor', evr: 'ever', agian: 'again', w: 'with', ppl: 'people', bro: 'amigo', pgue: 'pague', pge: 'pague', pgo: 'pago', pagu: 'pague', ymen: 'llamen', stp: 'stop', stopp: 'stop', stahp: 'stop', txting: 'texting', thru: 'through', r: 'are', bc: 'because', abt: 'about', msgd: 'messaged', hj: 'hoje', blz: 'beleza', kd: 'cade', vdd: 'verdade', dps: 'depois', dsp: 'despues', dspues: 'despues', dsps: 'despues', fds: 'fin de semana', finde: 'fin de semana', sig: 'siguiente', prox: 'proxima', vie: 'viernes', vier: 'viernes', mier: 'miercoles', dom: 'domingo', grcias: 'gracias', gracia: 'gracias', tlf: 'telefono', tlfno: 'telefono', tel: 'telefono', cta: 'cuenta', dnd: 'donde', cdo: 'cuando', cto: 'cuanto', qn: 'quien', hno: 'hermano', cmo: 'como', tmrw: 'tomorrow', tmr: 'tomorrow', tomorow: 'tomorrow', '2moro': 'tomorrow', msj: 'mensaje', msjs: 'mensajes', msg: 'mensaje', msgs: 'mensajes', msn: 'mensaje', mensage: 'mensaje', mensages: 'mensajes',
  ai: 'ahi', toy: 'estoy', ta: 'esta', nomas: 'no mas', gonna: 'going to', wanna: 'want to', dnt: 'dont', thnx: 'thanks', thx: 'thanks', tks: 'thanks', ty: 'thanks', grax: 'gracias', grcs: 'gracias', gcs: 'gracias', grx: 'gracias',
  obg: 'obrigado', obgd: 'obrigado', vlw: 'valeu', dpto: 'deposito', transf: 'transferencia',
};

const TOKEN = /\d+(?:[.,:/-]\d+)*|[a-z]+/g;
/** A pattern of phrases never looks past this many words at a `*`. */
const GAP = 3;
const LONG_GAP = 6;

/** What a reply says, word by word: ` no me yamen mas `, with a space at both ends so that a pattern meets whole words only. */
export type Folded = string;

/** Lower case, no accents, no apostrophes; a letter written three times or more counts once. */
export function plain(text: string): string {
  return text.toLowerCase().normalize('NFKD').replaceAll(/[\u0300-\u036F'’`´]/g, '').replaceAll(/([a-z])\1{2,}/g, '$1');
}

/** One word without what people spell in different ways; a single letter stays as it is. */
export function foldWord(word: string): string {
  if (word.length < 2) return word;
  return word.replaceAll('ch', '§').replaceAll('ph', 'f').replaceAll('h', '').replaceAll(/qu(?=[ei])|q/g, 'k').replaceAll(/c(?=[ei])|z/g, 's').replaceAll('c', 'k').replaceAll('v', 'b')
    .replaceAll('ll', 'y').replaceAll(/g(?=[ei])/g, 'j').replaceAll(/gu(?=[ei])/g, 'g').replaceAll(/([a-z])\1+/g, '$1').replaceAll('§', 'ch');
}

/** The words of a text, folded; numbers keep what stands inside them (`15/12`, `50.000`, `17:30`). */
export function fold(text: string): Folded {
  const words: string[] = [];
  for (const [token] of plain(text).matchAll(TOKEN)) {
    // `k` and `d` after a number are a unit, not a short word.
    const isUnit = token.length === 1 && /^\d/.test(words.at(-1) ?? '');
    const meant = isUnit ? token : (Object.hasOwn(SHORT, token) ? SHORT[token] ?? token : token);
    for (const word of meant.split(' ')) words.push(foldWord(word));
  }
  return words.length === 0 ? ' ' : ` ${words.join(' ')} `;
}

/** `pag(o|are)` as the words it stands for. */
function spellings(token: string): string[] {
  const group = /\(([^()]*)\)/.exec(token);
  if (group === null) return [token];
  const [before, after] = [token.slice(0, group.index), token.slice(group.index + group[0].length)];
  return (group[1] ?? '').split('|').flatMap((choice) => spellings(`${before}${choice}${after}`));
}

/** The parts of a phrase: what stands in a group belongs together, spaces and all. */
function tokensOf(phrase: string): string[] {
  const tokens: string[] = [];
  let depth = 0;
  for (const piece of phrase.split(' ').filter((one) => one !== '')) {
    if (depth === 0) tokens.push(piece);
    else tokens.push(`${tokens.pop() ?? ''} ${piece}`);
    depth += piece.split(/[([<]/).length - piece.split(/[)\]>]/).length;
  }
  return tokens;
}

function wordPattern(token: string): string {
  const words = spellings(token).map((choice) => choice.split(' ').map((word) => (word.endsWith('~') ? `${foldWord(word.slice(0, -1))}\\S*` : foldWord(word))).join(' '));
  return `(?:${[...new Set(words)].join('|')}) `;
}

function tokenPattern(token: string): string {
  if (token === '^' || token === '$') return token;
  if (token === '*') return `(?:\\S+ ){0,${GAP}}`;
  if (token === '**') return `(?:\\S+ ){0,${LONG_GAP}}`;
  if (token === '#/#') return '(\\d+[/-]\\d\\S*) ';
  if (token === '#') return '(\\d\\S*) ';
  if (token.startsWith('<')) return `(${wordPattern(`(${token.slice(1, -1)})`).slice(3, -2)}) `;
  if (token.startsWith('[')) return `(?:${wordPattern(`(${token.slice(1, -1)})`)})?`;
  return wordPattern(token);
}

/**
 * The source of a pattern for a phrase. `a(b|c)` spellings, `[a|b]` a word that may be missing, `<a|b>` a word to be
 * read, `#` a number and `#/#` a date in figures to be read, `~` any ending, `*` up to three words, `**` up to six, `^` `$` the ends of the message.
 */
export function patternOf(phrase: string): string {
  const tokens = tokensOf(phrase);
  return `${tokens[0] === '^' ? '^ ' : '(?<= )'}${tokens.filter((token) => token !== '^').map(tokenPattern).join('')}`;
}

/** One expression for all the phrases. */
export function anyOf(phrases: readonly string[], flags = ''): RegExp {
  return phrases.length === 0 ? /(?!)/g : new RegExp(phrases.map(patternOf).join('|'), flags);
}

/** The text without what matches: a full stop that no phrase crosses stands there instead, as long as what it replaces. */
export function without(text: Folded, pattern: RegExp): Folded {
  return text.replaceAll(pattern, (found) => `${'·'.repeat(Math.max(found.length - 1, 1))} `);
}

/** Phrases that are tried only on a text with a word that they cannot do without: trying all of a thousand takes milliseconds. */
export interface Index {
  /** In the order of the phrases. */
  readonly among: (words: ReadonlySet<string>) => RegExp[];
}

/** The words of which a text must hold one for the phrase to match; none when nothing is certain. */
function needs(phrase: string, often: ReadonlyMap<string, number>): string[] {
  const weight = (words: readonly string[]): number => words.reduce((sum, word) => sum + (often.get(word) ?? 0), 0);
  const certain = tokensOf(phrase).filter((token) => !/^[*^$#<[]/.test(token)).map(firstWords).filter((words) => words.every((word) => !/[~$]/.test(word) && word !== ''));
  return certain.sort((a, b) => weight(a) - weight(b))[0] ?? [];
}

function firstWords(token: string): string[] {
  return [...new Set(spellings(token).map((spelling) => spelling.split(' ')[0] ?? ''))].map((word) => (word.endsWith('~') ? word : foldWord(word)));
}

export function indexOf(phrases: readonly string[], flags = ''): Index {
  const often = new Map<string, number>();
  for (const word of phrases.flatMap((phrase) => tokensOf(phrase).flatMap(firstWords))) often.set(word, (often.get(word) ?? 0) + 1);
  const byWord = new Map<string, number[]>();
  const always: number[] = [];
  for (const [at, phrase] of phrases.entries()) {
    const words = needs(phrase, often);
    if (words.length === 0) always.push(at);
    for (const word of words) byWord.set(word, [...byWord.get(word) ?? [], at]);
  }
  const made = new Map<number, RegExp>();
  const patternAt = (at: number): RegExp => {
    const known = made.get(at) ?? new RegExp(patternOf(phrases[at] ?? ''), flags);
    made.set(at, known);
    return known;
  };
  return { among: (words) => [...new Set([...always, ...[...words].flatMap((word) => byWord.get(word) ?? [])])].sort((a, b) => a - b).map(patternAt) };
}

/** Every word that the phrases name, folded, and the beginnings of those that may end in any way. */
export function wordsOf(phrases: readonly string[]): { readonly words: ReadonlySet<string>; readonly beginnings: readonly string[] } {
  const all = new Set(phrases.flatMap((phrase) => tokensOf(phrase)).flatMap((token) => spellings(token.replace(/^[[<](.*)[\]>]$/, '($1)'))).flatMap((spelling) => spelling.split(' ')));
  const isBeginning = (word: string): boolean => word.endsWith('~');
  return { words: new Set([...all].filter((word) => !isBeginning(word)).map(foldWord)), beginnings: [...all].filter(isBeginning).map((word) => foldWord(word.slice(0, -1))) };
}
