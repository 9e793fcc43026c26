/** A template and the data of one message become what the provider is given. */
import { AppError } from '../errors.ts';
import { createTextEngine, type TextEngine } from './liquid.ts';
import { mailHtml, mailText, type MailPart } from './mail.ts';
import { parseMessageData, type MessageData, type MessageDataInput } from './message-data.ts';
import { phrasesOf, type BlockId, type Phrases } from './phrases.ts';
import { smsLength, toGsm7 } from './sms.ts';
import type { TemplateBody } from './template.ts';

export interface RenderedSms {
  readonly channel: 'sms';
  readonly body: string;
}

export interface RenderedEmail {
  readonly channel: 'email';
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const MAX_SEGMENTS = 2;
/** What is tried in an SMS, one after the other: long names give way, then the greeting (`short`), the fixed sentences never. */
const SIZES = [{ names: 120, short: false }, { names: 32, short: false }, { names: 20, short: false }, { names: 20, short: true }, { names: 12, short: true }];

const engines = new Map<string, TextEngine>();

function engineOf(locale: string): TextEngine {
  const known = engines.get(locale) ?? createTextEngine(locale);
  engines.set(locale, known);
  return known;
}

/**
 * Renders one message; amounts and dates are written as in `locale`. A contact point that is not confirmed gets an SMS
 * and a subject without a word of debt. ERR_TEMPLATE names the field that is missing, never a value.
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
  const source = data.confirmed || template.discreet ? withBlocks(template.sms, phrases, data) : phrases.neutralSms;
  for (const { names, short } of SIZES) {
    const body = toGsm7(engineOf(locale).render(source, 'sms', { ...shortened(data, names), short }));
    if (smsLength(body).segments <= MAX_SEGMENTS) return { channel: 'sms', body };
  }
  const message = `it takes more than ${MAX_SEGMENTS} segments`;
  throw new AppError('ERR_TEMPLATE', `The template's sms: ${message}.`, { errors: [{ path: 'sms', message }] });
}

/** `[[notSeizure]]` in an SMS is the fixed sentence, or nothing where it does not apply. */
function withBlocks(source: string, phrases: Phrases, data: MessageData): string {
  return source.replace(/\[\[(\w+)\]\]/g, (_, id: string) => {
    const block = Object.keys(phrases.blocks).find((known): known is BlockId => known === id);
    if (!block) throw new AppError('ERR_TEMPLATE', `The template's sms names the unknown block ${id}.`, { errors: [{ path: 'sms', message: `unknown block ${id}` }] });
    return applies(block, data) ? phrases.blocks[block] : '';
  });
}

function shortened(data: MessageData, limit: number): MessageData {
  const creditorName = cut(data.creditorName, limit);
  return { ...data, firstName: cut(data.firstName, limit), creditorName, firm: data.firm === data.creditorName ? creditorName : cut(data.firm, limit) };
}

function cut(name: string, limit: number): string {
  const letters = Array.from(name);
  return letters.length <= limit ? name : `${letters.slice(0, limit - 1).join('').trimEnd()}.`;
}

function applies(block: BlockId, data: MessageData): boolean {
  if (block === 'notSeizure') return data.country === null || data.country === 'CL';
  if (block === 'notYou') return !data.confirmed;
  return true;
}

function renderEmail(template: TemplateBody, locale: string, data: MessageData): RenderedEmail {
  const phrases = phrasesOf(locale);
  const write = (source: string, field: string): string => engineOf(locale).render(source, field, data).trim();
  const opening: MailPart[] = [
    { kind: 'paragraph', text: write(phrases.greeting, 'greeting') },
    { kind: 'paragraph', text: write(phrases.sender, 'sender') },
  ];
  const parts = template.mail.flatMap((part, index): MailPart[] => {
    const field = `mail.${index}`;
    if ('text' in part) return [{ kind: 'paragraph', text: write(part.text, field) }];
    if ('block' in part) {
      if (!applies(part.block, data)) return [];
      return [{ kind: part.block === 'stop' || part.block === 'notYou' ? 'small' : 'paragraph', text: write(phrases.blocks[part.block], field) }];
    }
    if ('table' in part) return data.items.length === 0 ? [] : [{ kind: 'table', items: data.items, totalMinor: data.totalMinor, currency: data.currency }];
    const url = data[part.to];
    if (url === null) throw new AppError('ERR_TEMPLATE', `The template's ${field}: the variable ${part.to} is missing.`, { errors: [{ path: field, message: `the variable ${part.to} is missing` }] });
    return [{ kind: 'button', label: write(part.button, field), url }];
  });
  const subject = write(data.confirmed || template.discreet ? template.subject : phrases.neutralSubject, 'subject').replace(/\s+/g, ' ');
  const mail = { locale, phrases, subject, parts: [...opening, ...parts], firm: data.firm, links: data.unsubscribeUrl === null ? [] : [data.unsubscribeUrl] };
  return { channel: 'email', subject, text: mailText(mail), html: mailHtml(mail) };
}
