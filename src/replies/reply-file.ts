/** Replies in a file, one JSON object a line, each with what is expected of it where that is known (contract, section 11). */
import { z } from 'zod';
import { isLocalDate, isZone } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import { classifyReply, REPLY_CLASSES, type Reply, type ReplyMeaning } from './classify.ts';

const expectation = z.object({
  class: z.enum(REPLY_CLASSES),
  date: z.string().refine(isLocalDate, 'must be a date YYYY-MM-DD').optional(),
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time HH:MM').optional(),
  amountMinor: z.number().int().positive().optional(),
});

/** Unknown members are left alone, as in the files of contact-law cases. */
const writtenReply = z.object({
  id: z.union([z.number(), z.string()]),
  text: z.string(),
  locale: z.string().optional(),
  now: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)).optional(),
  zone: z.string().refine(isZone, 'must be a zone of the IANA list').optional(),
  expect: expectation.optional(),
});

export type WrittenReply = z.output<typeof writtenReply>;

/** The answer to one reply, as it is printed: what does not apply is absent. */
export interface ReplyAnswer extends ReplyMeaning {
  readonly id: number | string;
  /** Whether all that is expected holds; only where something is expected. */
  readonly ok?: boolean;
}

/** Reads the lines of a file of replies; ERR_USAGE names every line that is none and why. */
export function parseReplies(text: string): WrittenReply[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/).map((line, index) => ({ line, number: index + 1 })).filter(({ line }) => line.trim() !== '');
  const wrong: { path: string; message: string }[] = [];
  const replies = lines.flatMap(({ line, number }) => {
    const read = writtenReply.safeParse(jsonOf(line));
    if (read.success) return [read.data];
    wrong.push(...read.error.issues.map(({ path, message }) => ({ path: [`line ${number}`, ...path].join('.'), message })));
    return [];
  });
  if (lines.length === 0) throw new AppError('ERR_USAGE', 'The file holds no reply.');
  if (wrong.length > 0) throw new AppError('ERR_USAGE', `The file has lines that are not a reply, the first: ${wrong[0]?.path ?? ''}.`, { errors: wrong });
  return replies;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Classifies one reply; only what is expected is compared. */
export function answerReply({ id, expect, ...rest }: WrittenReply): ReplyAnswer {
  const meaning = classifyReply(replyOf(rest));
  if (expect === undefined) return { id, ...meaning };
  const ok = expect.class === meaning.class && (expect.date === undefined || expect.date === meaning.date)
    && (expect.time === undefined || expect.time === meaning.time) && (expect.amountMinor === undefined || expect.amountMinor === meaning.amountMinor);
  return { id, ...meaning, ok };
}

/** An absent member is left out rather than undefined. */
export function replyOf({ text, locale, now, zone }: Omit<WrittenReply, 'id' | 'expect'>): Reply {
  return { text, ...(locale !== undefined && { locale }), ...(now !== undefined && { now }), ...(zone !== undefined && { zone }) };
}
