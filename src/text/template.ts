/**
 * A template as data: one SMS and one mail made of blocks, or the lines of a call. Templates are YAML files here and rows
 * in PostgreSQL. A country's file may leave out what it takes over from its language's.
 */
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { BLOCK_IDS, DETAIL_BLOCKS, type BlockId } from './phrases.ts';

const text = z.string().trim().min(1).max(2_000);
/** Decides which content rules bind; a template that does not say counts as one that collects. */
const purpose = z.enum(['preDueReminder', 'collection', 'transactional', 'survey']).default('collection');
const block = z.enum(BLOCK_IDS);

const mailBlock = z.union([
  z.strictObject({ text }),
  /** A fixed sentence of the language: nobody rewords it in a template. */
  z.strictObject({ block }),
  /** Several fixed sentences in small print under a title: `all`, or the ones named. */
  z.strictObject({ details: z.union([z.literal('all'), z.array(block).min(1).max(30)]) }),
  /** The instalments that the message speaks of. */
  z.strictObject({ table: z.literal('items') }),
  z.strictObject({ button: text, to: z.enum(['link', 'surveyUrl']) }),
]);
export type MailBlock = z.output<typeof mailBlock>;

export const templateBody = z.strictObject({
  kind: z.literal('message').default('message'),
  purpose,
  sms: text,
  subject: text,
  mail: z.array(mailBlock).min(1).max(30),
  /** The SMS and the subject tell of no debt, so they may reach a contact point that is not confirmed as they stand. */
  discreet: z.boolean().default(false),
});
export type TemplateBody = z.output<typeof templateBody>;

/** Sentences that only the law words: a script names them and cannot say them otherwise. */
const FIXED: ReadonlySet<BlockId> = new Set(['notSeizure', 'debtCollectorDisclosure']);

const scriptLine = z.strictObject({
  id: z.string().regex(/^[a-z][A-Za-z0-9-]{0,39}$/, 'must be a word such as greeting'),
  /** What the line stands for; a line with a block is mandatory: it is said word for word and ticked. */
  block: block.optional(),
  say: text.optional(),
  /** Only once the person has confirmed who they are. */
  confirmed: z.boolean().default(false),
}).superRefine((line, context) => {
  const fixed = line.block !== undefined && FIXED.has(line.block);
  if (fixed && line.say !== undefined) context.addIssue({ code: 'custom', path: ['say'], message: `must be absent: the sentence ${line.block ?? ''} is fixed` });
  if (!fixed && line.say === undefined) context.addIssue({ code: 'custom', path: ['say'], message: 'is missing' });
});

/** What an agent says on the phone. */
export const scriptBody = z.strictObject({
  kind: z.literal('script'),
  purpose,
  lines: z.array(scriptLine).min(1).max(60),
}).superRefine(({ lines }, context) => {
  const seen = new Set<string>();
  for (const [index, { id }] of lines.entries()) {
    if (seen.has(id)) context.addIssue({ code: 'custom', path: ['lines', index, 'id'], message: 'is used by an earlier line' });
    seen.add(id);
  }
});
export type ScriptBody = z.output<typeof scriptBody>;
export type AnyTemplateBody = TemplateBody | ScriptBody;

const KEY = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const templateKey = z.string().regex(KEY, 'must be lower-case words joined by hyphens').max(60);

/** Reads a body; ERR_TEMPLATE with the path of every field that is wrong. */
export function parseTemplateBody(key: string, given: unknown): AnyTemplateBody {
  const kind = z.looseObject({ kind: z.unknown() }).safeParse(given);
  const parsed = kind.success && kind.data.kind === 'script' ? scriptBody.safeParse(given) : templateBody.safeParse(given);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  throw new AppError('ERR_TEMPLATE', `The template ${key} does not have the promised shape: ${errors[0]?.path ?? ''} ${errors[0]?.message ?? ''}.`, { errors });
}

/** The blocks of a `details` part. */
export function detailBlocks(details: 'all' | readonly BlockId[]): readonly BlockId[] {
  return details === 'all' ? DETAIL_BLOCKS : details;
}
