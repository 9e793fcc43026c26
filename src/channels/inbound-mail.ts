/** A mail that SendGrid's Inbound Parse hands over (form fields, each in the charset that the mail had). */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isEmailAddress } from './email-headers.ts';
import type { FormPart } from './multipart.ts';
import { ownWords } from './quoted-text.ts';

export interface InboundMail {
  readonly provider: 'sendgrid';
  /** The same for every repetition of the same mail. */
  readonly eventId: string;
  /** Bare addresses, lower case. */
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** The writer's own words; of a mail without any, the subject. */
  readonly text: string;
  readonly attachments: number;
  /** What stands before the @ in the Message-IDs that it answers to, the nearest first. */
  readonly thread: readonly string[];
  /** SPF or DKIM hold for the domain of `from`. */
  readonly authentic: boolean;
  /** A machine wrote it by itself: out of office, a returned mail, a list. */
  readonly automatic: boolean;
}

/** Characters of a field that are looked at, and of a text that are kept. */
const LONGEST_FIELD = 200_000;
const LONGEST_TEXT = 10_000;
const LONGEST_THREAD = 20;

const envelope = z.object({ to: z.array(z.string()).catch([]), from: z.string().optional() }).catch({ to: [] });
const charsetNames = z.record(z.string(), z.string());

/** The mail in the form's parts; null when they are none. */
export function parseInboundMail(parts: readonly FormPart[]): InboundMail | null {
  const field = fieldsOf(parts);
  const from = addressIn(field('from'));
  const sent = envelope.parse(jsonOf(field('envelope')));
  const to = addressIn(sent.to[0] ?? '') ?? addressIn(field('to'));
  if (from === null || to === null) return null;
  const headers = headersOf(field('headers'));
  const subject = field('subject').slice(0, 500).trim();
  const own = ownWords(field('text') === '' ? wordsOfHtml(field('html')) : field('text')).slice(0, LONGEST_TEXT);
  return {
    provider: 'sendgrid', eventId: eventIdOf(headers.get('message-id'), from, field), from, to, subject,
    text: own === '' ? subject.replace(/^(?:\s*(?:re|rv|fw|fwd|enc|res)\s*:)+\s*/i, '') : own,
    attachments: parts.filter(({ filename }) => filename !== null).length,
    thread: threadOf(headers),
    authentic: isAuthentic(from, sent.from ?? '', field('SPF'), field('dkim')),
    automatic: isAutomatic(headers, from, sent.from ?? from),
  };
}

function fieldsOf(parts: readonly FormPart[]): (name: string) => string {
  const bytes = new Map(parts.filter(({ filename }) => filename === null).map((part) => [part.name, part.bytes]));
  const named = charsetNames.safeParse(jsonOf(bytes.get('charsets')?.toString('utf8') ?? ''));
  const charsets = named.success ? named.data : {};
  return (name) => decoded((bytes.get(name) ?? Buffer.alloc(0)).subarray(0, LONGEST_FIELD), charsets[name] ?? 'utf-8').replaceAll('\0', '');
}

function decoded(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('utf8'); // a charset that nobody knows
  }
}

/** Unfolded, by their names in small letters; of several of one name the first. */
function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (name !== '' && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

function eventIdOf(messageId: string | undefined, from: string, field: (name: string) => string): string {
  const named = messageId === undefined || messageId === '' ? ['content', field('to'), field('subject'), field('text'), field('headers')] : ['id', messageId];
  return `inbound:${createHash('sha256').update(JSON.stringify([from, ...named])).digest('hex')}`;
}

/** `"Soto, Ana" <ana@example.org>` -> `ana@example.org`; null when there is none. */
function addressIn(text: string): string | null {
  const bare = (/<([^<>]*)>\s*$/.exec(text.trim())?.[1] ?? text).trim().toLowerCase();
  return isEmailAddress(bare) ? bare : null;
}

function threadOf(headers: ReadonlyMap<string, string>): string[] {
  const ids = (text: string | undefined): string[] => [...(text ?? '').matchAll(/<([^<>@\s]{1,200})@[^<>\s]{1,200}>/g)].map((found) => found[1] ?? '');
  return [...new Set([...ids(headers.get('in-reply-to')), ...ids(headers.get('references')).reverse()])].slice(0, LONGEST_THREAD);
}

/** The name in a mail is anybody's to write; one of both must hold for its domain. */
function isAuthentic(from: string, envelopeFrom: string, spf: string, dkim: string): boolean {
  const domain = from.split('@').at(-1) ?? '';
  const fits = (other: string): boolean => other !== '' && (domain === other || domain.endsWith(`.${other}`) || other.endsWith(`.${domain}`));
  const signed = [...dkim.toLowerCase().matchAll(/@([^\s:{},]+)\s*:\s*pass\b/g)].some((found) => fits(found[1] ?? ''));
  return signed || (/^\s*pass\b/i.test(spf) && fits(envelopeFrom.toLowerCase().split('@').at(-1) ?? ''));
}

/** RFC 3834, and what was written before it. */
function isAutomatic(headers: ReadonlyMap<string, string>, from: string, envelopeFrom: string): boolean {
  const auto = headers.get('auto-submitted');
  if (auto !== undefined && !/^no\b/i.test(auto)) return true;
  if (/^(?:bulk|junk|list|auto_reply)\b/i.test(headers.get('precedence') ?? '')) return true;
  if (headers.has('x-autoreply') || headers.has('x-autorespond') || headers.has('list-id')) return true;
  return envelopeFrom.trim() === '' || /^(?:mailer-daemon|postmaster)@/.test(from) || /^multipart\/report\b/i.test(headers.get('content-type') ?? '');
}

/** Good enough for rules that look for words: tags go, blocks become lines. */
function wordsOfHtml(html: string): string {
  return withoutHidden(html).replaceAll(/<blockquote[\s\S]*$/gi, '').replaceAll(/<div class="gmail_quote[\s\S]*$/gi, '')
    .replaceAll(/<(?:br|\/p|\/div|\/li|\/tr)\b[^<>]*>/gi, '\n').replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/&(nbsp|amp|lt|gt|quot|#39|aacute|eacute|iacute|oacute|uacute|ntilde);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}

/** What no reader sees; an element without an end hides the rest. Step by step: one expression over all of it takes a time that grows with the square. */
function withoutHidden(html: string): string {
  const lower = html.toLowerCase();
  const shown: string[] = [];
  let at = 0;
  for (const found of lower.matchAll(/<(style|script|head)\b/g)) {
    if (found.index < at) continue;
    shown.push(html.slice(at, found.index));
    const end = lower.indexOf(`</${found[1] ?? ''}`, found.index);
    if (end === -1) return shown.join('');
    at = end;
  }
  return [...shown, html.slice(at)].join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  nbsp: ' ', amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", aacute: 'á', eacute: 'é', iacute: 'í', oacute: 'ó', uacute: 'ú', ntilde: 'ñ',
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
