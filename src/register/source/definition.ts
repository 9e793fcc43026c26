/** What a source is: where its rows come from and which of their columns become which of ours. */
import { z } from 'zod';
import type { SourceDefinition } from '../../db/database.ts';
import { externalIdText, plainText } from '../agreement-body.ts';
import { COLUMNS, NEEDED } from '../import/columns.ts';

const MINUTES_A_WEEK = 10_080;
/** A connection string is a secret: here stands the name of the variable that holds it, and the prefix keeps other secrets out of reach. */
export const CONNECTION_NAME = /^PACTO_SOURCE_[A-Z0-9_]{1,60}$/;
/** No absolute path, no dots in front, so no way out of the folder of sources. */
const RELATIVE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){0,4}$/;

const column = z.union([plainText(100), z.strictObject({ value: plainText(200) })], 'must be the name of a column of the source, or { "value": … } for every row');

const folder = z.strictObject({
  path: z.string().regex(RELATIVE, 'must be a path below the folder of sources, such as acme/altas, without . or ..'),
  stableSeconds: z.int().min(5).max(3_600).default(60),
  delimiter: z.enum([',', ';', '\t', '|']).default(','),
  encoding: z.enum(['utf-8', 'windows-1252']).default('utf-8'),
});

const query = z.string().trim().min(1).max(20_000).refine((text) => /^(?:select|with)\b/i.test(text), 'must be one SELECT').refine((text) => !text.includes(';'), 'must be one SELECT, without a semicolon');

const sqlPlace = z.strictObject({
  connection: z.string().regex(CONNECTION_NAME, 'must be the name of a variable such as PACTO_SOURCE_CRM, never the connection string'),
  query,
  tls: z.enum(['verify', 'off']).default('verify'),
  timeoutSeconds: z.int().min(1).max(600).default(60),
  rowLimit: z.int().min(1).max(200_000).default(50_000),
  batch: z.int().min(1).max(10_000).default(1_000),
});

/** `POST /v1/sources` and the file of `pacto source add`. */
export const sourceBody = z.strictObject({
  creditorId: externalIdText,
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and hyphens'),
  kind: z.enum(['folder', 'sql']),
  imports: z.enum(['agreements', 'payments']).default('agreements'),
  columns: z.record(z.string(), column),
  dates: z.enum(['iso', 'dmy', 'mdy', 'compact'], 'must be iso (2026-12-05), dmy (05/12/2026), mdy (12/05/2026) or compact (20261205)').default('iso'),
  numbers: z.enum(['local', 'point', 'comma', 'minor'], 'must be local (as written there), point (1234.50), comma (1234,50) or minor (123450)').default('local'),
  withdrawn: z.strictObject({ from: plainText(100), values: z.array(plainText(100)).min(1).max(50) }).optional(),
  delivers: z.enum(['full', 'changes']).default('changes'),
  missing: z.enum(['report', 'withdraw']).default('report'),
  missingAtMostPercent: z.int().min(1).max(100).default(20),
  everyMinutes: z.int().min(1).max(MINUTES_A_WEEK).default(60),
  folder: folder.optional(),
  sql: sqlPlace.optional(),
}).superRefine((body, context) => {
  const issue = (path: (string | number)[], message: string): void => context.addIssue({ code: 'custom', path, message });
  if (body[body.kind] === undefined) issue([body.kind], `is missing: a source of kind ${body.kind} says where it is`);
  const other = body.kind === 'folder' ? 'sql' : 'folder';
  if (body[other] !== undefined) issue([other], `goes only with kind ${other}`);
  const known: readonly string[] = COLUMNS[body.imports];
  for (const name of Object.keys(body.columns)) if (!known.includes(name)) issue(['columns', name], `is not a column of an import of ${body.imports}`);
  const { all, oneOf } = NEEDED[body.imports];
  for (const name of all) if (body.columns[name] === undefined) issue(['columns', name], 'is missing: every row needs it');
  if (oneOf.length > 0 && oneOf.every((name) => body.columns[name] === undefined)) issue(['columns', oneOf[0] ?? ''], `is missing, and ${oneOf.slice(1).join(', ')} too: one of them is needed`);
  if (typeof body.columns['agreement'] !== 'string') issue(['columns', 'agreement'], 'must come from a column: it tells the rows apart');
  if (body.imports === 'payments' && typeof body.columns['external_id'] !== 'string') issue(['columns', 'external_id'], 'must come from a column: it is what a repetition is known by');
  if (body.imports === 'payments' && (body.withdrawn !== undefined || body.delivers === 'full')) issue(['delivers'], 'withdrawn rows and full deliveries are about agreements');
  if (body.missing === 'withdraw' && body.delivers !== 'full') issue(['missing'], 'withdraw needs "delivers": "full": of changes nothing is known by what is not there');
});
export type SourceBody = z.output<typeof sourceBody>;

/** The part that is versioned. */
export function definitionOf({ creditorId: _creditor, name: _name, ...definition }: SourceBody): SourceDefinition {
  return definition;
}
