/**
 * What a text must and must not say: contact-law's ContentRule (rules.md section 10) read against a text. The shape is
 * structural, so that a profile's `content` can be handed in as it is.
 */
import { AppError, type FieldError } from '../errors.ts';
import { forbiddenPhrase, isLintId } from './lint.ts';
import { BLOCK_IDS, type BlockId } from './phrases.ts';

export interface ContentRule {
  readonly id: string;
  /** `first` is checked on every text too: any text may turn out to be the first that reaches the person. */
  readonly at: 'first' | 'every';
  /** Absent: all channels. */
  readonly channels?: readonly string[];
  readonly must?: readonly string[];
  readonly mustNot?: readonly string[];
  readonly when?: { readonly creditorType?: 'firstParty' | 'thirdParty'; readonly state?: readonly string[]; readonly city?: readonly string[] };
  readonly cite: string;
  readonly says: { readonly es: string; readonly en: string };
}

export type TextPurpose = 'preDueReminder' | 'collection' | 'transactional' | 'survey';

/** One text as it would leave, or as its template stands. */
export interface SaidText {
  readonly channel: string;
  readonly purpose: TextPurpose;
  readonly locale: string;
  readonly blocks: readonly BlockId[];
  readonly fields: readonly { readonly path: string; readonly text: string }[];
  /** Sentences and names that are not the author's: the mandated sentence, a creditor's name. */
  readonly without: readonly string[];
}

export interface TextPlace {
  readonly creditorType?: 'firstParty' | 'thirdParty' | undefined;
  readonly state?: string | undefined;
  readonly city?: string | undefined;
}

export interface ContentFault {
  readonly rule: string;
  readonly cite: string;
  readonly path: string;
  readonly message: string;
}

/** What an SMS has no room for and tells behind its link; how to stop is not among it. */
const BEHIND_THE_LINK: ReadonlySet<string> = new Set([
  'creditor', 'lender', 'firm', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'agentName', 'address', 'phone', 'notSeizure',
  'creditorNameAddressTaxId', 'debtCollectorDisclosure',
]);

/** Every rule that the text breaks; an id that nobody knows counts as broken, because nobody could say that it holds. */
export function contentFaults(rules: readonly ContentRule[], said: SaidText, place: TextPlace = {}): ContentFault[] {
  return rules.filter((rule) => concerns(rule, said, place)).flatMap((rule) => [...missingBlocks(rule, said), ...forbidden(rule, said)]);
}

function concerns({ channels, when }: ContentRule, said: SaidText, place: TextPlace): boolean {
  if (channels !== undefined && !channels.includes(said.channel)) return false;
  if (when === undefined) return true;
  // A place that is not told may be the one that the rule means.
  const fits = (wanted: readonly string[] | undefined, is: string | undefined): boolean => wanted === undefined || is === undefined || wanted.includes(is);
  return fits(when.creditorType === undefined ? undefined : [when.creditorType], place.creditorType) && fits(when.state, place.state) && fits(when.city, place.city);
}

/** Thanks, receipts and surveys collect nothing: what a collection text must say does not concern them. */
function missingBlocks({ id, cite, must = [] }: ContentRule, said: SaidText): ContentFault[] {
  if (said.purpose === 'transactional' || said.purpose === 'survey') return [];
  const has = new Set<string>(said.blocks);
  const told = (block: string): boolean => has.has(block) || (said.channel === 'sms' && has.has('detailLink') && BEHIND_THE_LINK.has(block));
  return must.filter((block) => !told(block)).map((block) => ({
    rule: id, cite, path: said.channel,
    message: BLOCK_IDS.some((known) => known === block) ? `${id} (${cite}): the mandatory block ${block} is missing` : `${id} (${cite}): the block ${block} is not known`,
  }));
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
