/** The two bodies of a mail. Styles stand in the tags because mail readers drop style sheets; no picture, no tracking. */
import { formatAmount } from './amount.ts';
import { formatDate } from './date.ts';
import type { MessageItem } from './message-data.ts';
import type { Phrases } from './phrases.ts';

export type MailPart =
  | { readonly kind: 'paragraph' | 'small'; readonly text: string }
  | { readonly kind: 'table'; readonly items: readonly MessageItem[]; readonly totalMinor: number; readonly currency: string }
  | { readonly kind: 'details'; readonly title: string; readonly lines: readonly string[] }
  | { readonly kind: 'button'; readonly label: string; readonly url: string };

export interface Mail {
  readonly locale: string;
  readonly phrases: Phrases;
  readonly subject: string;
  readonly firm: string;
  readonly parts: readonly MailPart[];
  /** Addresses that may stand as links within a paragraph. */
  readonly links: readonly string[];
}

/** Plain text: what people without HTML read, and what spam filters compare. */
export function mailText(mail: Mail): string {
  return `${mail.parts.map((part) => partText(mail, part)).join('\n\n')}\n`;
}

function partText(mail: Mail, part: MailPart): string {
  switch (part.kind) {
    case 'button': return `${part.label}: ${part.url}`;
    case 'details': return [part.title, ...part.lines].join('\n');
    case 'table': {
      const rows = rowsOf(mail, part).map(({ reference, instalment, dueOn, amount }) => `- ${reference} · ${instalment} · ${dueOn} · ${amount}`);
      return [...rows, ...totalOf(mail, part).map((total) => `${mail.phrases.table.total}: ${total}`)].join('\n');
    }
    default: return part.text;
  }
}

const TEXT = 'margin:0 0 16px;font:16px/24px system-ui,-apple-system,Segoe UI,Roboto,sans-serif;color:#1c2430';
const SMALL = 'margin:0 0 8px;font:14px/20px system-ui,-apple-system,Segoe UI,Roboto,sans-serif;color:#57606e';
const HEAD = 'margin:24px 0 8px;font:600 14px/20px system-ui,-apple-system,Segoe UI,Roboto,sans-serif;color:#1c2430';
const CELL = 'padding:8px;border-bottom:1px solid #dfe3e8;font:14px/20px system-ui,-apple-system,Segoe UI,Roboto,sans-serif;color:#1c2430';
const BUTTON = 'display:inline-block;padding:12px 20px;border-radius:8px;background:#0b5c8f;color:#ffffff;font:600 16px/24px system-ui,-apple-system,Segoe UI,Roboto,sans-serif;text-decoration:none';

/** HTML: every value and every template text is escaped whole; the tags are all ours. */
export function mailHtml(mail: Mail): string {
  const parts = mail.parts.map((part) => partHtml(mail, part)).join('\n');
  return `<!doctype html>
<html lang="${escapeHtml(mail.locale)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(mail.subject)}</title></head>
<body style="margin:0;background:#f4f6f8"><div style="max-width:560px;margin:0 auto;padding:24px 16px"><div style="padding:24px;border-radius:12px;background:#ffffff">
<p style="${SMALL}">${escapeHtml(mail.firm)}</p>
${parts}
</div></div></body></html>
`;
}

function partHtml(mail: Mail, part: MailPart): string {
  switch (part.kind) {
    case 'paragraph': return `<p style="${TEXT}">${linked(mail, part.text)}</p>`;
    case 'small': return `<p style="${SMALL}">${linked(mail, part.text)}</p>`;
    case 'button': return `<p style="margin:24px 0"><a href="${escapeHtml(part.url)}" style="${BUTTON}">${escapeHtml(part.label)}</a></p>`;
    case 'details': return `<h2 style="${HEAD}">${escapeHtml(part.title)}</h2>\n${part.lines.map((line) => `<p style="${SMALL}">${linked(mail, line)}</p>`).join('\n')}`;
    case 'table': return tableHtml(mail, part);
  }
}

function linked(mail: Mail, text: string): string {
  const escaped = escapeHtml(text).replace(/\n/g, '<br>');
  return mail.links.map(escapeHtml).reduce((html, url) => html.replaceAll(url, `<a href="${url}">${url}</a>`), escaped);
}

function tableHtml(mail: Mail, part: Extract<MailPart, { kind: 'table' }>): string {
  const { caption, reference, instalment, contract, item, dueOn, amount, total } = mail.phrases.table;
  const named = part.items.every(({ kind }) => kind === 'debt') ? [contract, item] : [reference, instalment];
  const head = [...named, dueOn].map((name) => `<th scope="col" style="${CELL};text-align:left">${escapeHtml(name)}</th>`).join('');
  const rows = rowsOf(mail, part).map((row) =>
    `<tr><td style="${CELL}">${escapeHtml(row.reference)}</td><td style="${CELL}">${escapeHtml(row.instalment)}</td><td style="${CELL}">${escapeHtml(row.dueOn)}</td><td style="${CELL};text-align:right">${escapeHtml(row.amount)}</td></tr>`);
  const sums = totalOf(mail, part).map((sum) => `<tr><th colspan="3" scope="row" style="${CELL};text-align:left">${escapeHtml(total)}</th><td style="${CELL};text-align:right"><strong>${escapeHtml(sum)}</strong></td></tr>`);
  return `<table style="width:100%;margin:0 0 16px;border-collapse:collapse"><caption style="${SMALL};text-align:left">${escapeHtml(caption)}</caption>
<thead><tr>${head}<th scope="col" style="${CELL};text-align:right">${escapeHtml(amount)}</th></tr></thead>
<tbody>${[...rows, ...sums].join('')}</tbody></table>`;
}

function rowsOf(mail: Mail, { items }: Extract<MailPart, { kind: 'table' }>): { reference: string; instalment: string; dueOn: string; amount: string }[] {
  return items.map((item) => ({
    reference: item.reference,
    instalment: item.kind === 'instalment' ? mail.phrases.instalmentOf(item.instalmentNumber, item.instalments) : mail.phrases.besides[item.kind].listed,
    dueOn: formatDate(item.dueOn, mail.locale, 'larga'),
    amount: formatAmount(item.amountMinor, item.currency, mail.locale),
  }));
}

/** A total only where there is something to add up, and only in one currency. */
function totalOf(mail: Mail, { items, totalMinor, currency }: Extract<MailPart, { kind: 'table' }>): string[] {
  if (items.length < 2 || items.some((item) => item.currency !== currency)) return [];
  return [formatAmount(totalMinor, currency, mail.locale)];
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for a place between tags or inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
