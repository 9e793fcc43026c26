/** The labelled replies, in the part the rules were written with and the part that was only ever scored. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { classifyReply, REPLY_CLASSES, type ReplyClass } from '../../src/replies/classify.ts';
import { parseReplies, replyOf, type WrittenReply } from '../../src/replies/reply-file.ts';

export interface Labelled extends WrittenReply {
  readonly expect: NonNullable<WrittenReply['expect']>;
}

/** The replies of a file of tests/corpus; each must be labelled. */
export function labelled(name: string): Labelled[] {
  return parseReplies(readFileSync(new URL(`../corpus/${name}`, import.meta.url), 'utf8')).map(({ expect, ...reply }) => {
    if (expect === undefined) throw new Error(`${reply.id} says not what is expected`);
    return { ...reply, expect };
  });
}

/** A quarter, chosen by the text alone: a reply added later changes no other's part. */
export function isHeldOut({ text }: WrittenReply): boolean {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % 4 === 0;
}

export interface Score {
  readonly of: ReplyClass;
  readonly right: number;
  /** Given this class, of another. */
  readonly wrongly: number;
  /** Of this class, given another. */
  readonly missed: number;
  readonly f1: number;
}

export function scores(replies: readonly Labelled[], classify = (reply: Labelled): ReplyClass => classifyReply(replyOf(reply)).class): Score[] {
  const pairs = replies.map((reply) => ({ expected: reply.expect.class, given: classify(reply) }));
  return REPLY_CLASSES.map((of) => {
    const right = pairs.filter(({ expected, given }) => expected === of && given === of).length;
    const wrongly = pairs.filter(({ expected, given }) => expected !== of && given === of).length;
    const missed = pairs.filter(({ expected, given }) => expected === of && given !== of).length;
    // A class nobody has and nobody gets scores nothing: a part without a class must not pass by it.
    return { of, right, wrongly, missed, f1: right === 0 ? 0 : (2 * right) / (2 * right + wrongly + missed) };
  });
}

export function macroF1(of: readonly Score[]): number {
  return of.reduce((sum, { f1 }) => sum + f1, 0) / of.length;
}

export function report(title: string, of: readonly Score[]): string {
  const lines = of.map((score) => `  ${score.of.padEnd(12)} right ${String(score.right).padStart(3)}  wrongly ${String(score.wrongly).padStart(2)}  missed ${String(score.missed).padStart(2)}  F1 ${score.f1.toFixed(3)}`);
  return `${title}: macro F1 ${macroF1(of).toFixed(3)}\n${lines.join('\n')}\n`;
}
