/**
 * The fixed words and sentences of a locale, kept out of the templates so that nobody can leave one out or reword it: a
 * template only names the block it needs. They lie in phrases/*.yaml, are Liquid like the templates, and a country's file
 * holds only what is said otherwise there than in its language.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { parentOf, LOCALES, type Locale } from './locale.ts';

/** Blocks that content rules may demand (contact-law, ContentRule.must), and those that good manners ask for. */
export const BLOCK_IDS = [
  'creditor', 'lender', 'firm', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'agentName', 'address', 'phone',
  'notSeizure', 'debtCollectorDisclosure', 'creditorNameAddressTaxId', 'detailLink', 'optOutHowTo', 'alreadyPaid', 'waysOut', 'notYou', 'stop',
] as const;
export type BlockId = (typeof BLOCK_IDS)[number];

/** The blocks of `details: all`, in the order in which they are written. */
export const DETAIL_BLOCKS = [
  'creditor', 'firm', 'lender', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'agentName', 'address', 'phone',
  'creditorNameAddressTaxId', 'debtCollectorDisclosure', 'notSeizure',
] as const satisfies readonly BlockId[];

const line = z.string().trim().min(1);
const beside = z.strictObject({ said: line, listed: line });
const blocks = z.strictObject(Object.fromEntries(BLOCK_IDS.map((id) => [id, line])) as Record<BlockId, typeof line>);

const phrasesFile = z.strictObject({
  /** Single words that differ from place to place; templates say `{{ w.suits }}`. */
  words: z.strictObject({ suits: line, agreement: line, contract: line, amount: line, instalmentAmount: line }),
  /** What people answer with; must be words that src/register/replies understands. */
  replies: z.strictObject({ call: line, stop: line, notYou: line }),
  blocks,
  /** What an unconfirmed contact point gets instead of a text that would tell of a debt. */
  neutralSms: line,
  neutralSubject: line,
  neutralOpening: line,
  greeting: line,
  sender: line,
  discreetSender: line,
  detailsTitle: line,
  /** `contract` and `item` stand over the first two columns before there is an agreement. */
  table: z.strictObject({ caption: line, reference: line, instalment: line, dueOn: line, amount: line, total: line, contract: line, item: line }),
  instalment: z.strictObject({ down: line, one: line, downOf: line, oneOf: line, many: line, manyFor: line, mixed: line, mixedFor: line }),
  /** What is owed besides the instalments: within a sentence, and in a table. */
  besides: z.strictObject({ charge: beside, lapsedDiscount: beside, debt: beside }),
  scores: z.strictObject({ question: line, labels: z.tuple([line, line, line, line, line]) }),
});

type Words = z.output<typeof phrasesFile>;

export interface Phrases extends Omit<Words, 'instalment'> {
  /** An instalment in a sentence; 0 is the down payment. */
  readonly instalment: (number: number) => string;
  /** An instalment in a table. */
  readonly instalmentOf: (number: number, of: number) => string;
  /** Several of them in a few words, `total` null when they are in several currencies; `mixed` when not all are instalments. */
  readonly instalments: (count: number, total: string | null, mixed: boolean) => string;
}

const known = new Map<Locale, Phrases>();

/** The fixed sentences of a shipped locale. */
export function phrasesFor(locale: Locale): Phrases {
  const found = known.get(locale) ?? withForms(phrasesFile.parse(merged(locale)));
  known.set(locale, found);
  return found;
}

/** The fixed sentences for any locale: its own, its language's, or Spanish where there are none. */
export function phrasesOf(locale: string): Phrases {
  return phrasesFor(LOCALES.find((one) => one === locale) ?? LOCALES.find((one) => one.split('-')[0] === locale.split('-')[0]) ?? 'es');
}

function withForms({ instalment, ...words }: Words): Phrases {
  const fill = (form: string, values: Readonly<Record<string, number | string>>): string => form.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  return {
    ...words,
    instalment: (number) => (number === 0 ? instalment.down : fill(instalment.one, { number })),
    instalmentOf: (number, of) => (number === 0 ? instalment.downOf : fill(instalment.oneOf, { number, of })),
    instalments: (count, total, mixed) => {
      const [alone, summed] = mixed ? [instalment.mixed, instalment.mixedFor] : [instalment.many, instalment.manyFor];
      return total === null ? fill(alone, { count }) : fill(summed, { count, total });
    },
  };
}

const record = z.record(z.string(), z.unknown());

function merged(locale: Locale): Record<string, unknown> {
  const own = record.parse(parse(readFileSync(fileURLToPath(new URL(`phrases/${locale}.yaml`, import.meta.url)), 'utf8')));
  const parent = parentOf(locale);
  return parent === null ? own : overlaid(merged(parent), own);
}

function overlaid(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const [below, above] = [record.safeParse(base[key]), record.safeParse(value)];
    result[key] = below.success && above.success ? overlaid(below.data, above.data) : value;
  }
  return result;
}
