/** Is this template fit to be published? It is rendered with the three fixtures and read against the content rules of its countries. */
import { paysCreditorOnly, type TextLaw } from '../contact-law/text-law.ts';
import { contentFaults, type ContentFault, type SaidText } from './content-rule.ts';
import { fixture, type FixtureName } from './fixtures.ts';
import { countryOf, localeFor } from './locale.ts';
import type { MessageDataInput } from './message-data.ts';
import { phrasesOf, type BlockId, type Phrases } from './phrases.ts';
import { renderMessage } from './render.ts';
import { renderScript } from './script.ts';
import type { TemplateFile } from './shipped.ts';
import type { ScriptBody, TemplateBody } from './template.ts';

/** Where people speak what; a text in a language without a country must be fit for all of them. */
const COUNTRIES: Readonly<Record<string, readonly string[]>> = { es: ['CL', 'CO', 'MX', 'PE', 'AR', 'EC', 'ES'], pt: ['BR'], en: ['US', 'GB'] };

/** What the law of a country wants of a text (contact-law, `textLawOf`). */
export type LawOf = (country: string) => TextLaw;

/** The countries whose rules a text of this locale has to keep. */
export function countriesOf(locale: string): readonly string[] {
  const country = countryOf(locale);
  return country === null ? (COUNTRIES[locale] ?? COUNTRIES['es'] ?? []) : [country];
}

/** Every rule of the countries that the template breaks; ERR_TEMPLATE when it cannot be rendered at all. */
export function templateFaults({ locale, body }: TemplateFile, lawOf: LawOf, countries: readonly string[] = countriesOf(locale)): ContentFault[] {
  const faults = countries.flatMap((country) => {
    const law = lawOf(country);
    return saidWith(body, locale, country, law).flatMap((said) => contentFaults(law.content, said));
  });
  // A phrase is found in its field and again in the whole as it leaves: the field says more.
  return [...new Map(faults.toReversed().map((fault) => [fault.message, fault])).values()].toReversed();
}

/** The fixture as a message there gets its data: without a place to pay where the creditor alone takes the money. */
export function fixtureUnder(law: TextLaw, name: FixtureName, country: string): MessageDataInput {
  const data = fixture(name, country);
  return paysCreditorOnly(law) ? { ...data, payUrl: null } : data;
}

/** What the template says: as it stands, branches that no fixture takes included, and as it leaves in that country. */
function saidWith(body: TemplateBody | ScriptBody, locale: string, country: string, law: TextLaw): SaidText[] {
  const data = fixtureUnder(law, 'ordinary', country);
  const written = localeFor(locale, country);
  const without = mandatedOf(phrasesOf(written), data);
  return body.kind === 'script' ? [scriptSaid(body, written, data, without)] : [smsSaid(body, written, data, without), emailSaid(body, written, data, without)];
}

function smsSaid(body: TemplateBody, locale: string, data: MessageDataInput, without: readonly string[]): SaidText {
  const sms = renderMessage(body, 'sms', locale, data);
  return { channel: 'sms', purpose: body.purpose, locale, blocks: sms.blocks, without, fields: [{ path: 'sms', text: plainSource(body.sms) }, { path: 'sms', text: sms.body }] };
}

function emailSaid(body: TemplateBody, locale: string, data: MessageDataInput, without: readonly string[]): SaidText {
  const mail = renderMessage(body, 'email', locale, data);
  const sources = body.mail.flatMap((part, index) => {
    const source = 'text' in part ? part.text : 'button' in part ? part.button : null;
    return source === null ? [] : [{ path: `mail.${index}`, text: plainSource(source) }];
  });
  const fields = [{ path: 'subject', text: plainSource(body.subject) }, ...sources, { path: 'subject', text: mail.subject }, { path: 'mail', text: mail.text }];
  return { channel: 'email', purpose: body.purpose, locale, blocks: mail.blocks, without, fields };
}

function scriptSaid(body: ScriptBody, locale: string, data: MessageDataInput, without: readonly string[]): SaidText {
  const script = renderScript(body, locale, data);
  const sources = body.lines.flatMap(({ id, say }) => (say === undefined ? [] : [{ path: `lines.${id}`, text: plainSource(say) }]));
  return { channel: 'call', purpose: body.purpose, locale, blocks: script.blocks, without, fields: [...sources, ...script.lines.map(({ id, say }) => ({ path: `lines.${id}`, text: say }))] };
}

/** The words of a template whatever its conditions decide; what stands between quotes in a tag is a word too. */
function plainSource(source: string): string {
  return source.replace(/\[\[\w+\]\]/g, ' ').replace(/\{[{%]-?([\s\S]*?)-?[}%]\}/g, (_, inner: string) => ` ${[...inner.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, one, two]) => one ?? two ?? '').join(' ')} `);
}

/** What the phrase check leaves out: sentences that the law words itself, and names that come with the data. */
export function mandatedOf(phrases: Pick<Phrases, 'blocks'>, data: MessageDataInput): string[] {
  const { firm, creditorName, firstName, contact } = data;
  const fixed: readonly BlockId[] = ['notSeizure'];
  const names = [firm, creditorName, firstName, contact?.person, contact?.address, contact?.creditorAddress, contact?.email];
  return [...fixed.map((block) => phrases.blocks[block]), ...names.filter((one): one is string => one !== null && one !== undefined && one.length > 2)];
}
