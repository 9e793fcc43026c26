/** Whether two records are one person: by national id where both have one, else by a shared contact point and the name. */
import { nameLength, nameLikeness } from './name-likeness.ts';

export interface PersonRecord {
  readonly name: string;
  readonly type: 'person' | 'company';
  /** Valid and compact; null: not known. */
  readonly nationalId: { readonly country: string; readonly type: string; readonly value: string } | null;
}

export type PointKind = 'phone' | 'email';

export interface Resemblance {
  /** `sure`: joined without asking; `doubtful`: somebody decides; `different`: no question. */
  readonly verdict: 'sure' | 'doubtful' | 'different';
  /** Likeness of the names, 0 to 1000. */
  readonly score: number;
}

/** What it takes. A family shares a phone, and father and son a name: without both kinds of contact point somebody looks. */
export const THRESHOLDS = {
  /** From this likeness of the names on there is a question. */
  doubtful: 750,
  sure: { score: 970, words: 3, kinds: 2 },
} as const;

/** Judges two records that have contact points of these kinds in common. Symmetric. */
export function resemblance(one: PersonRecord, other: PersonRecord, shared: readonly PointKind[]): Resemblance {
  const score = nameLikeness(one.name, other.name);
  const ids = compareIds(one, other);
  if (ids === 'same') return { verdict: 'sure', score };
  if (ids === 'different' || one.type !== other.type || shared.length === 0 || score < THRESHOLDS.doubtful) return { verdict: 'different', score };
  const { sure } = THRESHOLDS;
  const isSure = ids === 'unknown' && score >= sure.score && nameLength(one.name, other.name) >= sure.words && new Set(shared).size >= sure.kinds;
  return { verdict: isSure ? 'sure' : 'doubtful', score };
}

/** Ids of another kind or country say nothing: one person may have a cédula and a tax number. */
function compareIds({ nationalId: a }: PersonRecord, { nationalId: b }: PersonRecord): 'same' | 'different' | 'unknown' | 'otherKind' {
  if (a === null || b === null) return 'unknown';
  if (a.country !== b.country || a.type !== b.type) return 'otherKind';
  return a.value === b.value ? 'same' : 'different';
}
