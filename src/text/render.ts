/** A template and the data of one message become what the provider is given. */
import { AppError } from '../errors.ts';
import { applies, sayBlock, withBlocks } from './blocks.ts';
import { createTextEngine, type TextData, type TextEngine } from './liquid.ts';
import { mailHtml, mailText, type MailPart } from './mail.ts';
import { parseMessageData, type MessageData, type MessageDataInput } from './message-data.ts';
import { phrasesOf, type BlockId, type Phrases } from './phrases.ts';
import { smsLength, toGsm7 } from './sms.ts';
import { detailBlocks, type MailBlock, type TemplateBody } from './template.ts';

export interface RenderedSms {
  readonly channel: 'sms';
  readonly body: string;
  /** The fixed sentences that stand in it. */
  readonly blocks: readonly BlockId[];
}

export interface RenderedEmail {
  readonly channel: 'email';
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly blocks: readonly BlockId[];
}

const MAX_SEGMENTS = 2;
/** What is tried in an SMS, one after the other: long names give way, then the greeting (`short`), the fixed sentences never. */
const SIZES = [
  { names: 120, short: false }, { names: 32, short: false }, { names: 20, short: false }, { names: 20, short: true }, { names: 12, short: true }, { names: 8, short: true },
];

const engines = new Map<string, TextEngine>();

/** The engine of a locale, made once. */
export function engineOf(locale: string): TextEngine {
  const known = engines.get(locale) ?? createTextEngine(locale);
  engines.set(locale, known);
  return known;
}

/**
 * Renders one message; amounts and dates are written as in `locale`. A contact point that is not confirmed gets an SMS, a
 * subject and the first lines of a mail (what a locked screen shows) without a word of debt. ERR_TEMPLATE names the field
 * that is missing, never a value.
 */
export function renderMessage(template: TemplateBody, channel: 'sms', locale: string, data: MessageDataInput): RenderedSms;
export function renderMessage(template: TemplateBody, channel: 'email', locale: string, data: MessageDataInput): RenderedEmail;
export function renderMessage(template: TemplateBody, channel: 'sms' | 'email', locale: string, data: MessageDataInput): RenderedSms | RenderedEmail;
export function renderMessage(template: TemplateBody, channel: 'sms' | 'email', locale: string, data: MessageDataInput): RenderedSms | RenderedEmail {
  const checked = parseMessageData(data);
  return channel === 'sms' ? renderSms(template, locale, checked) : renderEmail(template, locale, checked);
}

function renderSms(template: TemplateBody, locale: string, data: MessageData): RenderedSms {
  const phrases = phrasesOf(locale);
  const engine = engineOf(locale);
  const { source, named } = withBlocks(data.confirmed || template.discreet ? template.sms : phrases.neutralSms, phrases, data);
  for (const { names, short } of SIZES) {
    const given: TextData = { ...shortened(data, names), short, w: wordsOf(phrases, data) };
    const body = toGsm7(engine.render(source, 'sms', given));
    if (smsLength(body).segments > MAX_SEGMENTS) continue;
    const said = named.filter((block) => body.includes(toGsm7(sayBlock(engine, phrases, block, given))));
    return { channel: 'sms', body, blocks: [...new Set([...said, ...impliedBlocks(body, phrases, given)])] };
  }
  const message = `it takes more than ${MAX_SEGMENTS} segments`;
  throw new AppError('ERR_TEMPLATE', `The template's sms: ${message}.`, { errors: [{ path: 'sms', message }] });
}

/** The words of the place; before there is an agreement nothing is called one. */
function wordsOf({ words }: Phrases, { beforeAgreement }: MessageData): Phrases['words'] {
  return beforeAgreement ? { ...words, agreement: words.contract } : words;
}

/** What an SMS says without naming a block: who writes, for whom, where the rest stands, how it ends. */
function impliedBlocks(body: string, phrases: Phrases, data: TextData): BlockId[] {
  const says = (text: string): boolean => body.includes(toGsm7(text));
  return [
    ...(says(data.link) ? ['detailLink'] as const : []), ...(says(data.firm) ? ['firm'] as const : []),
    ...(says(data.creditorName) ? ['creditor', 'lender'] as const : []), ...(new RegExp(`\\b${phrases.replies.stop}\\b`).test(body) ? ['optOutHowTo'] as const : []),
  ];
}

function shortened(data: MessageData, limit: number): MessageData {
  const creditorName = cut(data.creditorName, limit);
  return { ...data, firstName: cut(data.firstName, limit), creditorName, firm: data.firm === data.creditorName ? creditorName : cut(data.firm, limit) };
}

function cut(name: string, limit: number): string {
  const letters = Array.from(name);
  return letters.length <= limit ? name : `${letters.slice(0, limit - 1).join('').trimEnd()}.`;
}

function renderEmail(template: TemplateBody, locale: string, data: MessageData): RenderedEmail {
  const phrases = phrasesOf(locale);
  const engine = engineOf(locale);
  const given: TextData = { ...data, short: false, w: wordsOf(phrases, data) };
  const write = (source: string, field: string): string => engine.render(source, field, given).trim();
  const blocks: BlockId[] = [];
  const say = (block: BlockId): string => {
    blocks.push(...(block === 'stop' ? (['stop', 'optOutHowTo'] as const) : [block]));
    return sayBlock(engine, phrases, block, given);
  };
  const opening = openingOf(template, phrases, data);
  blocks.push(...(template.discreet && !data.confirmed ? (['firm'] as const) : (['firm', 'creditor', 'lender'] as const)));
  const parts = template.mail.flatMap((part, index) => partsOf(part, `mail.${index}`, { data, phrases, write, say }));
  const subject = write(data.confirmed || template.discreet ? template.subject : phrases.neutralSubject, 'subject').replace(/\s+/g, ' ');
  const mail = {
    locale, phrases, subject, firm: data.firm, links: [data.unsubscribeUrl, data.payUrl].filter((url) => url !== null),
    parts: [...opening.map((source): MailPart => ({ kind: 'paragraph', text: write(source, 'opening') })), ...parts],
  };
  return { channel: 'email', subject, text: mailText(mail), html: mailHtml(mail), blocks: [...new Set(blocks)] };
}

/** To whom is not confirmed the first lines say only who writes and to whom; a discreet text never tells on whose behalf then. */
function openingOf(template: TemplateBody, phrases: Phrases, { confirmed, firm, creditorName }: MessageData): string[] {
  if (confirmed) return [phrases.greeting, phrases.sender];
  if (template.discreet) return [phrases.greeting, phrases.discreetSender];
  return [phrases.greeting, phrases.neutralOpening, ...(firm === creditorName ? [] : [phrases.sender])];
}

interface Writing {
  readonly data: MessageData;
  readonly phrases: Phrases;
  readonly write: (source: string, field: string) => string;
  readonly say: (block: BlockId) => string;
}

function partsOf(part: MailBlock, field: string, { data, phrases, write, say }: Writing): MailPart[] {
  if ('text' in part) return [{ kind: 'paragraph', text: write(part.text, field) }];
  if ('block' in part) {
    if (!applies(part.block, data)) return [];
    return [{ kind: part.block === 'stop' || part.block === 'notYou' ? 'small' : 'paragraph', text: say(part.block) }];
  }
  if ('details' in part) {
    const lines = detailBlocks(part.details).filter((block) => applies(block, data)).map(say);
    return lines.length === 0 ? [] : [{ kind: 'details', title: phrases.detailsTitle, lines }];
  }
  if ('table' in part) return data.items.length === 0 ? [] : [{ kind: 'table', items: data.items, totalMinor: data.totalMinor, currency: data.currency }];
  const url = data[part.to];
  if (url === null) throw new AppError('ERR_TEMPLATE', `The template's ${field}: the variable ${part.to} is missing.`, { errors: [{ path: field, message: `the variable ${part.to} is missing` }] });
  return [{ kind: 'button', label: write(part.button, field), url }];
}
