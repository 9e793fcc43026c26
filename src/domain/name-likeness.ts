/**
 * How alike two names of people are, whatever the order, accents, case, particles and initials they are written with.
 * Integers only: the same pair gives the same number in either direction and with its words in any order.
 */

/** Words that hold no name: particles, conjunctions, forms of address, legal forms of companies. */
const SILENT = new Set([
  'de', 'del', 'la', 'las', 'los', 'da', 'das', 'do', 'dos', 'di', 'e', 'y', 'van', 'von',
  'sr', 'sra', 'srta', 'don', 'dona', 'dr', 'dra', 'lic', 'ing', 'sta', 'mr', 'mrs', 'ms', 'jr', 'sr',
  'sa', 'spa', 'sas', 'sac', 'srl', 'eirl', 'ltda', 'limitada', 'cv', 'cia', 'inc', 'llc',
]);
/** Longer names than that are not told apart by their last words. */
const MOST_WORDS = 8;
const WHOLE = 1_000;
/** `J.` for `Juan`: likely, not sure. */
const INITIAL = 800;
/** Words less alike than this are other words. */
const LEAST_WORD = 750;

/** The words that count: lower case, without accents, sorted. Names of silent words only keep them. */
export function nameWords(name: string): string[] {
  const words = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll(/['’`.]/g, (mark) => (mark === '.' ? ' ' : '')).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const told = words.filter((word) => !SILENT.has(word));
  return (told.length === 0 ? words : told).sort().slice(0, MOST_WORDS);
}

/** 0 (nothing in common) to 1000 (the same words). Two empty names are alike. */
export function nameLikeness(one: string, other: string): number {
  const [a, b] = [nameWords(one), nameWords(other)];
  if (a.length === 0 && b.length === 0) return WHOLE;
  if (a.length === 0 || b.length === 0) return 0;
  const common = bestPairing(a, b);
  // Half of it: how much of both is shared; half: how much of the shorter one. `Ana Soto` is likely `Ana María Soto Díaz`.
  return Math.floor((2 * common) / (a.length + b.length) / 2 + common / Math.min(a.length, b.length) / 2);
}

/** How many words of the shorter name there are to agree on. */
export function nameLength(one: string, other: string): number {
  return Math.min(nameWords(one).length, nameWords(other).length);
}

/** The largest sum over all ways to pair words off; exact, because a greedy choice depends on the order. */
function bestPairing(a: readonly string[], b: readonly string[]): number {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  let best = new Map<number, number>([[0, 0]]);
  for (const word of few) {
    const next = new Map(best);
    for (const [taken, sum] of best) {
      for (const [place, other] of many.entries()) {
        if ((taken & (1 << place)) !== 0) continue;
        const mask = taken | (1 << place);
        next.set(mask, Math.max(next.get(mask) ?? 0, sum + wordLikeness(word, other)));
      }
    }
    best = next;
  }
  return Math.max(...best.values());
}

function wordLikeness(a: string, b: string): number {
  if (a === b) return WHOLE;
  if (a.length === 1 || b.length === 1) return a.charAt(0) === b.charAt(0) ? INITIAL : 0;
  const longest = Math.max(a.length, b.length);
  // One slip in a word of three letters makes another word.
  if (longest < 4) return 0;
  const likeness = Math.floor((WHOLE * (longest - editsBetween(a, b))) / longest);
  return likeness < LEAST_WORD ? 0 : likeness;
}

/** Insertions, removals, exchanges, and swaps of neighbours. */
function editsBetween(a: string, b: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, (before[j - 2] ?? 0) + 1);
      next.push(edits);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
