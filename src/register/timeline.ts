/**
 * The evidence of an agreement: entries in a hash chain. An entry is hashed exactly as the API answers it, so that
 * whoever holds an export can check it without Pacto; any later change of any byte shows.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Db, Trx } from '../db/pool.ts';
import { insertTimelineRow, lastTimelineRow, timelineRows, type TimelineRow } from '../db/timeline.ts';

export const FIRST_PREV_HASH = '0'.repeat(64);

export interface EntryText {
  readonly es: string;
  readonly en: string;
}

/** An entry as a caller gives it; `at` is epoch ms on the business clock. Text names no person and no address. */
export interface NewTimelineEntry {
  readonly at: number;
  readonly kind: string;
  readonly channel?: string | undefined;
  readonly outcome?: string | undefined;
  readonly rules?: readonly string[] | undefined;
  readonly text: EntryText;
}

/** An entry as the API answers it; `at` is RFC 3339 in UTC. Absent fields are absent, never null. */
export interface TimelineEntry {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly channel?: string;
  readonly outcome?: string;
  readonly rules?: readonly string[];
  readonly text: EntryText;
  readonly hash: string;
  readonly prevHash: string;
}

/** Lower-case hex SHA-256 of prevHash + RFC 8785 JSON of the entry without hash and prevHash. */
export function hashEntry(prevHash: string, entry: Omit<TimelineEntry, 'hash' | 'prevHash'> & { hash?: string; prevHash?: string }): string {
  const { hash: _hash, prevHash: _prevHash, ...hashed } = entry;
  return createHash('sha256').update(prevHash + canonicalize(hashed)).digest('hex');
}

/** The entries that do not follow from the one before, by seq; empty when the chain holds. */
export function verifyChain(entries: readonly TimelineEntry[]): { seq: number; detail: string }[] {
  const broken: { seq: number; detail: string }[] = [];
  let prevHash = FIRST_PREV_HASH;
  entries.forEach((entry, index) => {
    if (entry.seq !== index + 1) broken.push({ seq: entry.seq, detail: `expected entry ${index + 1}` });
    else if (entry.prevHash !== prevHash) broken.push({ seq: entry.seq, detail: 'prevHash is not the hash of the entry before' });
    else if (hashEntry(prevHash, entry) !== entry.hash) broken.push({ seq: entry.seq, detail: 'the entry does not give its hash' });
    prevHash = entry.hash;
  });
  return broken;
}

/** Adds an entry under the person's lock (it orders the writers of one chain). */
export async function appendTimeline(trx: Trx, agreementId: string, entry: NewTimelineEntry): Promise<TimelineEntry> {
  return append(trx, agreementId, await lastTimelineRow(trx, agreementId), entry);
}

/** The first entry of an agreement that this transaction has made. */
export async function appendFirst(trx: Trx, agreementId: string, entry: NewTimelineEntry): Promise<TimelineEntry> {
  return append(trx, agreementId, undefined, entry);
}

async function append(trx: Trx, agreementId: string, last: { readonly seq: number; readonly hash: string } | undefined, entry: NewTimelineEntry): Promise<TimelineEntry> {
  const prevHash = last?.hash ?? FIRST_PREV_HASH;
  const unhashed = {
    seq: (last?.seq ?? 0) + 1,
    at: new Date(entry.at).toISOString(),
    kind: entry.kind,
    ...(entry.channel === undefined ? {} : { channel: entry.channel }),
    ...(entry.outcome === undefined ? {} : { outcome: entry.outcome }),
    ...(entry.rules === undefined || entry.rules.length === 0 ? {} : { rules: [...entry.rules] }),
    text: { es: entry.text.es, en: entry.text.en },
  };
  const hash = hashEntry(prevHash, unhashed);
  await insertTimelineRow(trx, {
    agreement_id: agreementId, seq: unhashed.seq, at: entry.at, kind: entry.kind, channel: entry.channel ?? null,
    outcome: entry.outcome ?? null, rules: unhashed.rules ?? null, text: unhashed.text, hash, prev_hash: prevHash,
  });
  return { ...unhashed, hash, prevHash };
}

/** A row as the API answers it and as it was hashed. */
export function toTimelineEntry(row: TimelineRow): TimelineEntry {
  return {
    seq: row.seq,
    at: new Date(row.at).toISOString(),
    kind: row.kind,
    ...(row.channel === null ? {} : { channel: row.channel }),
    ...(row.outcome === null ? {} : { outcome: row.outcome }),
    ...(row.rules === null ? {} : { rules: row.rules }),
    text: row.text,
    hash: row.hash,
    prevHash: row.prev_hash,
  };
}

/** The whole chain of an agreement, ascending. */
export async function readTimeline(db: Db | Trx, agreementId: string): Promise<TimelineEntry[]> {
  return (await timelineRows(db, agreementId)).map(toTimelineEntry);
}
