/** A template as data: one SMS and one mail made of blocks. Templates are YAML files here and rows in PostgreSQL. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { BLOCK_IDS } from './phrases.ts';

const text = z.string().trim().min(1).max(2_000);

const mailBlock = z.union([
  z.strictObject({ text }),
  /** A fixed sentence of the language: nobody rewords it in a template. */
  z.strictObject({ block: z.enum(BLOCK_IDS) }),
  /** The instalments that the message speaks of. */
  z.strictObject({ table: z.literal('items') }),
  z.strictObject({ button: text, to: z.enum(['link', 'surveyUrl']) }),
]);

export const templateBody = z.strictObject({
  sms: text,
  subject: text,
  mail: z.array(mailBlock).min(1).max(30),
  /** The SMS and the subject tell of no debt, so they may reach a contact point that is not confirmed as they stand. */
  discreet: z.boolean().default(false),
});

export type TemplateBody = z.output<typeof templateBody>;

export interface ShippedTemplate {
  readonly key: string;
  readonly locale: string;
  readonly version: number;
  readonly body: TemplateBody;
}

const templateFile = templateBody.extend({ key: z.string().regex(/^[a-z][a-z-]*$/), version: z.int().min(1) });

const FOLDER = fileURLToPath(new URL('templates/', import.meta.url));

/** The templates that come with Pacto, one a file, checked; a file that is wrong is a fault of ours and throws. */
export function shippedTemplates(): readonly ShippedTemplate[] {
  return readdirSync(FOLDER).toSorted().flatMap((locale) =>
    readdirSync(join(FOLDER, locale)).toSorted().map((file) => {
      const { key, version, ...body } = templateFile.parse(parse(readFileSync(join(FOLDER, locale, file), 'utf8')));
      return { key, locale, version, body };
    }),
  );
}
