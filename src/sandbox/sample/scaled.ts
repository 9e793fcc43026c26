/** The sample scaled: as many agreements as asked, of the same kinds, with persons of their own. */
import { createHash } from 'node:crypto';
import { LINES, type Line } from './lines.ts';
import { bodyOf, copyId, type SampleAgreement } from './portfolio.ts';

const PERSONS = Math.max(...LINES.map(({ person, coDebtor = 0 }) => Math.max(person, coDebtor)));
/** A copy's first due date lies at most this many days from its line's: the lives stay the same, the days differ. */
const SHIFT_DAYS = 3;
/** A copy's instalment differs from its line's by at most this share, upwards: what is owed stays above the floors of a pre-legal case. */
const MORE_PERCENT = 25;
/** Names the sample as it ships, which is also the first round of every scaled one. */
const FIRST_ROUND = 0;

/**
 * `count` agreements for a sandbox that begins on this local date: the sample, then copies of it, each round with other
 * persons, dates and amounts. The same numbers give the same portfolio; the last round is a draw, so that creditors,
 * countries and lives keep their shares.
 */
export function sampleOf(count: number, seed: number, startsOn: string): readonly SampleAgreement[] {
  const rounds = Math.ceil(count / LINES.length);
  const lines = Array.from({ length: rounds }, (_, round) => {
    const left = count - round * LINES.length;
    return left >= LINES.length ? LINES.map((line) => copyOf(line, round, seed)) : drawn(left, seed).map((line) => copyOf(line, round, seed));
  });
  return lines.flat().map((line) => bodyOf(line, startsOn));
}

function copyOf(line: Line, round: number, seed: number): Line {
  if (round === FIRST_ROUND) return line;
  const id = copyId(line.id, round);
  const shift = chance(seed, id, 'day', 2 * SHIFT_DAYS + 1) - SHIFT_DAYS;
  const more = chance(seed, id, 'amount', MORE_PERCENT + 1);
  const others = round * PERSONS;
  const coDebtor = line.coDebtor === undefined ? {} : { coDebtor: line.coDebtor + others };
  return { ...line, ...coDebtor, id, person: line.person + others, firstDue: line.firstDue + shift, amountMinor: line.amountMinor + Math.floor((line.amountMinor * more) / 100) };
}

/** A part of the lines in their own order. */
function drawn(count: number, seed: number): readonly Line[] {
  const ranked = LINES.map((line) => ({ line, rank: chance(seed, line.id, 'draw', 2 ** 32) })).sort((a, b) => a.rank - b.rank);
  const chosen = new Set(ranked.slice(0, count).map(({ line }) => line));
  return LINES.filter((line) => chosen.has(line));
}

/** A whole number from 0 to below `below`, always the same for the same words. */
function chance(seed: number, id: string, what: string, below: number): number {
  return createHash('sha256').update(`${seed} ${id} ${what}`).digest().readUInt32BE(0) % below;
}
