/** What the provider says that it was handed, against the ledger. Only a sandbox's provider can be asked. */
import { z } from 'zod';
import { sentTo, type SentTo } from '../../db/audit.ts';
import type { Db } from '../../db/pool.ts';
import { AppError } from '../../errors.ts';
import type { Finding } from './report.ts';

const entrySchema = z.object({
  channel: z.enum(['sms', 'email']),
  to: z.string(),
  attemptId: z.string().nullish().transform((id) => id ?? null),
  providerId: z.string(),
  /** Business time; another stand-in may not tell it. */
  at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)).optional(),
});

type JournalEntry = z.output<typeof entrySchema>;

const TIMEOUT_MS = 30_000;
/** A run whose provider asked for another try is ahead of the clock by minutes; one that left hours early was carried away. */
const RUN_AHEAD_MS = 3_600_000;

/** Everything the provider sandbox has accepted; ERR_DEPENDENCY when it does not answer. */
export async function readJournal(providerUrl: string): Promise<JournalEntry[]> {
  try {
    const response = await fetch(`${providerUrl}/__journal`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return z.array(entrySchema).parse(await response.json());
  } catch (cause) {
    throw new AppError('ERR_DEPENDENCY', 'The journal of the provider sandbox cannot be read.', { cause });
  }
}

/** Entries that no attempt explains, and attempts that were handed over twice. The ledger is read after the journal: it is written first. */
export async function checkJournal(db: Db, entries: readonly JournalEntry[]): Promise<Finding[]> {
  const byAttempt = Map.groupBy(entries, (entry) => (entry.attemptId !== null && isUuid(entry.attemptId) ? entry.attemptId : null));
  const known = await sentTo(db, [...byAttempt.keys()].filter((id) => id !== null));
  return [...byAttempt].flatMap(([attemptId, messages]) => {
    const attempt = attemptId === null ? undefined : known.get(attemptId);
    const explained = messages.filter((entry) => explains(attempt, entry));
    return [
      ...messages.filter((entry) => !explained.includes(entry)).map((entry): Finding => ({
        counter: 'unexplained', agreementId: attempt?.agreementId ?? null, detail: `${entry.channel} ${entry.providerId}: ${whyNot(attempt, attemptId, entry)}`,
      })),
      ...explained.slice(1).map((entry): Finding => ({
        counter: 'duplicates', agreementId: attempt?.agreementId ?? null, detail: `attempt ${attemptId ?? ''} was handed over again as ${entry.providerId}`,
      })),
    ];
  });
}

/** An attempt that was refused, or never called, explains no message; nor does one meant for somebody else. */
function explains(attempt: SentTo | undefined, entry: JournalEntry): boolean {
  if (attempt === undefined || attempt.state === 'claimed' || attempt.state === 'rejected') return false;
  return attempt.channel === entry.channel && (attempt.to === null || attempt.to.toLowerCase() === entry.to.toLowerCase()) && !leftTooEarly(attempt, entry);
}

/** The ledger says a day and the provider an earlier one: what was judged lawful was not what happened. */
function leftTooEarly(attempt: SentTo, entry: JournalEntry): boolean {
  return entry.at !== undefined && attempt.begunAt !== null && entry.at + RUN_AHEAD_MS < attempt.begunAt;
}

function whyNot(attempt: SentTo | undefined, attemptId: string | null, entry: JournalEntry): string {
  if (attemptId === null) return 'it names no attempt';
  if (attempt === undefined) return `there is no attempt ${attemptId}`;
  if (leftTooEarly(attempt, entry)) return `it left more than an hour before attempt ${attemptId} began`;
  return attempt.state === 'claimed' || attempt.state === 'rejected'
    ? `attempt ${attemptId} is ${attempt.state}` : `attempt ${attemptId} was meant for another address or channel`;
}

function isUuid(text: string): boolean {
  return z.uuid().safeParse(text).success;
}
