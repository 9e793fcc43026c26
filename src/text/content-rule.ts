/** What a text must and must not say: the content rules of the contact law (rules.md section 10) read against a text. */
import type { ContentRule, LawChannel } from '../contact-law/policy.ts';
import { AppError, type FieldError } from '../errors.ts';
import { forbiddenPhrase, isLintId } from './lint.ts';
import { BLOCK_IDS, type BlockId } from './phrases.ts';

export type TextPurpose = 'preDueReminder' | 'collection' | 'transactional' | 'survey';

/** One text as it would leave, or as its template stands. */
export interface SaidText {
  readonly channel: LawChannel;
  readonly purpose: TextPurpose;
  readonly locale: string;
  readonly blocks: readonly BlockId[];
  readonly fields: readonly { readonly path: string; readonly text: string }[];
  /** Sentences and names that are not the author's: the mandated sentence, a creditor's name. */
  readonly without: readonly string[];
}

export interface ContentFault {
  readonly rule: string;
  readonly cite: string;
  readonly path: string;
  readonly message: string;
}

/** Messages that have no room for all that a law wants said. */
const SHORT: ReadonlySet<LawChannel> = new Set(['sms', 'whatsapp']);

/** What an SMS has no room for and tells behind its link; how to stop is not among it. */
const BEHIND_THE_LINK: ReadonlySet<string> = new Set([
  'creditor', 'lender', 'firm', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'agentName', 'address', 'phone', 'notSeizure',
  'creditorNameAddressTaxId', 'debtCollectorDisclosure',
]);

/**
 * Every rule in force (src/contact-law/text-law.ts) that the text breaks. `first` is read like `every`: any text may turn
 * out to be the first that reaches the person. An id that nobody knows counts as broken: nobody could say that it holds.
 */
export function contentFaults(rules: readonly ContentRule[], said: SaidText): ContentFault[] {
  return rules.flatMap((rule) => (concerns(rule, said.channel) ? [...missingBlocks(rule, said), ...forbidden(rule, said)] : missingLink(rule, said)));
}

function concerns({ channels }: { readonly channels?: readonly LawChannel[] | undefined }, channel: LawChannel): boolean {
  return channels === undefined || channels.includes(channel);
}

/** Thanks, receipts and surveys collect nothing: what a collection text must say does not concern them. */
function collects({ purpose }: SaidText): boolean {
  return purpose !== 'transactional' && purpose !== 'survey';
}

function missingBlocks({ id, cite, must = [] }: ContentRule, said: SaidText): ContentFault[] {
  if (!collects(said)) return [];
  const has = new Set<string>(said.blocks);
  const told = (block: string): boolean => has.has(block) || (SHORT.has(said.channel) && has.has('detailLink') && BEHIND_THE_LINK.has(block));
  return must.filter((block) => !told(block)).map((block) => ({
    rule: id, cite, path: said.channel,
    message: BLOCK_IDS.some((known) => known === block) ? `${id} (${cite}): the mandatory block ${block} is missing` : `${id} (${cite}): the block ${block} is not known`,
  }));
}

/** What every mail must say and a rule leaves short messages no room for is said by their link, so that must not be missing. */
function missingLink({ id, cite, channels, must = [] }: ContentRule, said: SaidText): ContentFault[] {
  if (!SHORT.has(said.channel) || !collects(said) || !concerns({ channels }, 'email')) return [];
  const has = new Set<string>(said.blocks);
  if (has.has('detailLink') || !must.some((block) => BEHIND_THE_LINK.has(block) && !has.has(block))) return [];
  return [{ rule: id, cite, path: said.channel, message: `${id} (${cite}): a short message says it by the link to the details, and the mandatory block detailLink is missing` }];
}

function forbidden({ id, cite, mustNot = [] }: ContentRule, said: SaidText): ContentFault[] {
  return mustNot.flatMap((list) => {
    if (!isLintId(list)) return [{ rule: id, cite, path: said.channel, message: `${id} (${cite}): the list ${list} is not known` }];
    return said.fields.flatMap(({ path, text }): ContentFault[] => {
      const phrase = forbiddenPhrase(list, said.locale, text, said.without);
      return phrase === null ? [] : [{ rule: id, cite, path, message: `${id} (${cite}): "${phrase}" is not allowed (${list})` }];
    });
  });
}

/** ERR_TEMPLATE with each rule, its source and the field; nothing when there is no fault. */
export function refuseFaults(key: string, faults: readonly ContentFault[]): void {
  if (faults.length === 0) return;
  const rules = [...new Map(faults.map(({ rule, cite }) => [rule, `${rule} (${cite})`])).values()];
  const errors: FieldError[] = faults.map(({ path, message }) => ({ path, message }));
  throw new AppError('ERR_TEMPLATE', `The template ${key} breaks ${rules.join(', ')}.`, { errors });
}
