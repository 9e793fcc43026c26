/** The templates that come with Pacto, one a file: templates/<locale>/<key>.yaml. Reads the disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { bestLocale, isLocale, LOCALES, parentOf, type Locale } from './locale.ts';
import { parseTemplateBody, templateKey, type AnyTemplateBody } from './template.ts';

export interface TemplateFile {
  readonly key: string;
  readonly locale: string;
  readonly version: number;
  /** Whether the file names its version; one that does not is published as the next. */
  readonly statesVersion: boolean;
  readonly body: AnyTemplateBody;
}

const FOLDER = fileURLToPath(new URL('templates/', import.meta.url));

const head = z.looseObject({
  key: templateKey,
  version: z.int().min(1).max(10_000).optional(),
  locale: z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/, 'must be a locale such as es-CL').optional(),
  /** What the file leaves out is taken from the shipped template of this locale. */
  extends: z.string().refine(isLocale, `must be one of ${LOCALES.join(', ')}`).optional(),
});

let all: readonly TemplateFile[] | undefined;

/** Every shipped template in every locale, checked; a file that is wrong is a fault of ours and throws. */
export function shippedTemplates(): readonly TemplateFile[] {
  all ??= LOCALES.flatMap((locale) => keysOf(locale).map((key) => shippedTemplate(key, locale)));
  return all;
}

/** The keys of a locale: its own files and those of its language. */
function keysOf(locale: Locale): string[] {
  const parent = parentOf(locale);
  return [...new Set([...filesOf(locale), ...(parent === null ? [] : keysOf(parent))])].toSorted();
}

function filesOf(locale: Locale): string[] {
  return readdirSync(FOLDER).includes(locale) ? readdirSync(join(FOLDER, locale)).filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -'.yaml'.length)) : [];
}

/** The template of a locale. A locale without a file of its own has its language's, version and all. */
function shippedTemplate(key: string, locale: Locale): TemplateFile {
  if (filesOf(locale).includes(key)) return { ...readTemplate(readFileSync(join(FOLDER, locale, `${key}.yaml`), 'utf8'), { locale }), locale };
  const parent = parentOf(locale);
  if (parent === null) throw new AppError('ERR_TEMPLATE', `There is no shipped template ${key} in ${locale}.`);
  return { ...shippedTemplate(key, parent), locale };
}

/**
 * A template from YAML or JSON text, or a parsed file. The locale is the one asked for, else the file's own, else es-CL. A
 * file that extends another has the sum of both versions, so that a change of either makes a new one.
 */
export function readTemplate(file: unknown, given: { readonly locale?: string | undefined } = {}): TemplateFile {
  const parsed = head.safeParse(typeof file === 'string' ? parseText(file) : file);
  if (!parsed.success) throw invalid(parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })));
  const { key, version: told, locale, extends: base, ...body } = parsed.data;
  const version = told ?? 1;
  const read = { key, locale: given.locale ?? locale ?? 'es-CL', statesVersion: told !== undefined };
  if (base === undefined) return { ...read, version, body: parseTemplateBody(key, body) };
  const below = shippedTemplate(key, base);
  return { ...read, version: below.version + version, body: parseTemplateBody(key, { ...below.body, ...body }) };
}

/** The template of a file; without a locale anywhere, that of the folder it lies in. */
export function readTemplateFile(path: string, locale: string | undefined): TemplateFile {
  const folder = basename(dirname(path));
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError('ERR_USAGE', `The file ${path} cannot be read.`, { cause });
  }
  return readTemplate(text, { locale: locale ?? (/^\s*"?locale"?\s*:/m.test(text) ? undefined : bestLocale(LOCALES, folder)) });
}

function parseText(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw invalid([{ path: '', message: error instanceof Error ? error.message.split('\n')[0] ?? 'is not YAML' : 'is not YAML' }]);
  }
}

function invalid(errors: readonly { path: string; message: string }[]): AppError {
  return new AppError('ERR_TEMPLATE', `The template file is not valid: ${errors[0]?.path ?? ''} ${errors[0]?.message ?? ''}.`, { errors });
}
