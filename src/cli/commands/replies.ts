/** `pacto replies classify`: what debtors' answers say, by the rules alone; needs no server and no database. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../../errors.ts';
import { answerReply, parseReplies } from '../../replies/reply-file.ts';
import type { Output } from '../output.ts';

/** Classifies the replies of a file, an answer a line; ERR_REPLIES when one is not as expected. */
export async function classifyReplies(output: Output, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('ERR_USAGE', `The file ${file} cannot be read.`, { cause });
  });
  const answers = parseReplies(text).map(answerReply);
  output.rows(answers);
  const wrong = answers.filter(({ ok }) => ok === false);
  output.say(`${answers.length} replies, ${answers.filter(({ ok }) => ok === true).length} as expected, ${wrong.length} not, ${answers.filter(({ ok }) => ok === undefined).length} without an expectation.`);
  if (wrong.length > 0) throw new AppError('ERR_REPLIES', `Replies not classified as expected: ${wrong.map(({ id }) => id).join(', ')}.`);
}
