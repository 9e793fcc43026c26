/** What the outbox page shows, in words: no markup here, no words in the markup's logic. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { smsLength } from '../../text/sms.ts';
import type { BankBook } from './bank/book.ts';
import { FAULT_CHANNELS, FAULT_KINDS, type Fault, type FaultChannel, type FaultKind } from './fault-kinds.ts';
import type { InboundMessage, Journal, SandboxMessage } from './journal.ts';

const ZONE = 'America/Santiago';
const SHOWN = 100;
const EXCERPT = 90;
const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('es-CL', { timeZone: ZONE, hourCycle: 'h23', ...options });
const longDate = format({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });
const shortDate = format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const dayOf = format({ year: 'numeric', month: '2-digit', day: '2-digit' });

/** Icon, word and colour of where a message stands; an unknown word of a provider is shown as it is. */
const STATUSES: Readonly<Record<string, { word: string; badge: '' | 'badge-good' | 'badge-stop'; icon: string }>> = {
  queued: { word: 'En cola', badge: '', icon: 'clock' }, accepted: { word: 'Aceptado', badge: '', icon: 'clock' }, processed: { word: 'Procesado', badge: '', icon: 'clock' },
  sent: { word: 'Enviado', badge: '', icon: 'clock' }, delivered: { word: 'Entregado', badge: 'badge-good', icon: 'ok' },
  undelivered: { word: 'No entregado', badge: 'badge-stop', icon: 'x' }, bounce: { word: 'Rebotó', badge: 'badge-stop', icon: 'x' }, dropped: { word: 'Descartado', badge: 'badge-stop', icon: 'x' },
};
const ERRORS: Readonly<Record<string, string>> = {
  '30003': 'teléfono apagado o sin señal', '30005': 'número desconocido', '30006': 'fijo, no recibe SMS',
  '5.1.1': 'la casilla no existe', '4.4.1': 'el servidor no responde',
};
const FAULT_WORDS: Readonly<Record<FaultKind, string>> = {
  slow: 'Respuesta lenta', timeout: 'Sin respuesta', '429': 'Demasiados envíos (429)', '500': 'Error del proveedor (500)',
  resetAfterAccept: 'Se acepta y se corta', resetBeforeAccept: 'Se corta antes de aceptar', duplicateCallback: 'Recibo repetido',
  lateCallback: 'Recibo tardío', reorderedCallbacks: 'Recibos en otro orden', noCallback: 'Recibo perdido', undelivered: 'No entregado',
  bounce: 'Rebote: no existe', landline: 'Es un fijo', optedOut: 'La persona se dio de baja',
};
const CHANNEL_WORDS: Readonly<Record<FaultChannel, string>> = { sms: 'SMS', email: 'Correo', smtp: 'Correo por SMTP', payment: 'Pago' };
/** Shares the page offers; `next` is the next message only. */
export const FAULT_RATES: readonly { readonly value: string; readonly words: string; readonly fault: Pick<Fault, 'next'> | Pick<Fault, 'rate'> }[] = [
  { value: 'next', words: 'Solo el próximo', fault: { next: 1 } }, { value: '5', words: '5 %', fault: { rate: 0.05 } },
  { value: '50', words: '50 %', fault: { rate: 0.5 } }, { value: '100', words: 'Siempre', fault: { rate: 1 } },
];
export const QUICK_REPLIES = ['ya pagué ayer', 'pago el viernes', 'LLAMAR', 'NO SOY', 'no puedo pagar', 'BAJA'] as const;

export interface OutboxQuery {
  /** Part of a number or address. */
  readonly to: string;
  /** Whose conversation is open; null: the newest message's. */
  readonly with: string | null;
}

/** The page's data. `now` is virtual epoch ms; `notice` a sentence about what the last form did. */
export function outboxView({ journal, bank }: { readonly journal: Journal; readonly bank: BankBook }, faults: readonly Fault[], query: OutboxQuery, now: number, notice: string | null) {
  const wanted = query.to.trim().toLowerCase();
  const bare = wanted.replaceAll(/[\s()-]/g, '');
  const found = journal.messages().filter((message) => wanted === '' || message.to.toLowerCase().includes(wanted) || (/^\+?\d+$/.test(bare) && message.to.includes(bare)));
  const shown = found.slice(-SHOWN).reverse();
  const person = query.with ?? shown[0]?.to ?? null;
  return {
    now: when(now),
    filter: query.to,
    notice,
    bank: bankLine(bank),
    total: found.length,
    today: found.filter((message) => dayOf.format(message.at) === dayOf.format(now)).length,
    replies: journal.inbound().length === 1 ? '1 respuesta' : `${journal.inbound().length} respuestas`,
    messages: shown.map((message) => row(message, person, query.to)),
    conversation: person === null ? null : conversationOf(journal, person),
    quickReplies: QUICK_REPLIES,
    faults: faults.map(faultInWords),
    kinds: FAULT_KINDS.map((kind) => ({ value: kind, words: FAULT_WORDS[kind] })),
    channels: FAULT_CHANNELS.map((channel) => ({ value: channel, words: CHANNEL_WORDS[channel] })),
    rates: FAULT_RATES,
  };
}

/** What became of the payments that were begun at the bank. */
function bankLine(bank: BankBook): string {
  const payments = bank.payments();
  const paid = payments.filter(({ state }) => state === 'paid').length;
  return payments.length === 0 ? 'Ningún pago por enlace todavía.' : `${payments.length} ${payments.length === 1 ? 'pago iniciado' : 'pagos iniciados'} por enlace en el banco de prueba, ${paid} con el dinero abonado.`;
}

/** Links of ours by what they open; others are shown as they are. */
const LINKS: readonly { readonly path: RegExp; readonly words: string }[] = [
  { path: /^\/d\/[\w-]+$/, words: 'Abrir la página de la persona' }, { path: /^\/p\/[\w-]+$/, words: 'Pagar' }, { path: /^\/s\/[\w-]+$/, words: 'Responder la encuesta' },
  { path: /^\/u\/[\w-]+$/, words: 'Dejar de recibir mensajes' },
];

/** What a message lets one do, as buttons under it; each address once. */
function actionsIn(text: string): { href: string; words: string; pays: boolean }[] {
  const addresses = new Set(withLinks(text).flatMap(({ href }) => (href === null ? [] : [href])));
  return [...addresses].flatMap((href) => {
    const found = LINKS.find(({ path }) => path.test(new URL(href).pathname));
    return found === undefined ? [] : [{ href, words: found.words, pays: found.words === 'Pagar' }];
  });
}

function when(at: number): { iso: string; long: string; short: string } {
  return { iso: new Date(at).toISOString(), long: longDate.format(at).replace(',', ''), short: shortDate.format(at) };
}

function row(message: SandboxMessage, person: string | null, filter: string) {
  const { channel, to, at } = message;
  return {
    at: when(at),
    to: readable(to),
    href: `/?${new URLSearchParams({ ...(filter === '' ? {} : { to: filter }), with: to }).toString()}#conv`,
    current: to === person,
    icon: channel === 'sms' ? 'sms' : 'mail',
    kind: channel === 'sms' ? smsKind(message.body ?? '') : message.provider === 'smtp' ? 'Correo por SMTP' : 'Correo',
    excerpt: excerpt(message.body ?? message.subject ?? ''),
    ...statusOf(message),
  };
}

function statusOf({ status, errorCode }: SandboxMessage) {
  const known = STATUSES[status] ?? { word: status, badge: '' as const, icon: 'clock' };
  return { status: known, why: errorCode === undefined ? null : (ERRORS[errorCode] ?? `código ${errorCode}`) };
}

function smsKind(body: string): string {
  const { segments, encoding } = smsLength(body);
  return `SMS, ${segments} ${segments === 1 ? 'segmento' : 'segmentos'}${encoding === 'UCS-2' ? ', UCS-2' : ''}`;
}

function excerpt(text: string): string {
  return text.length <= EXCERPT ? text : `${text.slice(0, EXCERPT).trimEnd()}…`;
}

function readable(address: string): string {
  return address.startsWith('+') ? (parsePhoneNumberFromString(address)?.formatInternational() ?? address) : address;
}

function conversationOf(journal: Journal, person: string) {
  const out = journal.messages({ to: person }).map((message) => ({ at: message.at, mine: false, subject: message.subject ?? null, lines: withLinks(message.body ?? message.text ?? ''), actions: actionsIn(message.body ?? message.text ?? ''), ...statusOf(message) }));
  const back = journal.inbound().filter((inbound) => inbound.from === person).map((inbound) => ({ at: inbound.at, mine: true, subject: null, lines: withLinks(inbound.body), actions: [], status: received(inbound), why: null }));
  const bubbles = [...out, ...back].sort((a, b) => a.at - b.at).slice(-SHOWN).map((bubble) => ({ ...bubble, when: when(bubble.at) }));
  return { person, name: readable(person), bubbles };
}

function received({ told }: InboundMessage): { word: string } {
  return { word: told !== null && told < 300 ? 'recibido' : told === null ? 'Pacto no respondió' : `Pacto respondió ${told}` };
}

/** Text cut at its links, so that the page can make them clickable without markup in the text. */
function withLinks(text: string): { text: string; href: string | null }[] {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:)])/).filter((part) => part !== '').map((part) => ({ text: part, href: /^https?:\/\//.test(part) ? part : null }));
}

function faultInWords(fault: Fault): string {
  const share = fault.next === undefined ? `${Math.round((fault.rate ?? 0) * 100)} %` : fault.next === 1 ? 'el próximo' : `los próximos ${fault.next}`;
  return `${FAULT_WORDS[fault.kind]}, ${CHANNEL_WORDS[fault.channel]}, ${share}`;
}
