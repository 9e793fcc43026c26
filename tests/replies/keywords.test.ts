/** The words that our messages ask for are understood, in whichever language they were sent. */
import { expect, test } from 'vitest';
import type { InboundMessage } from '../../src/register/replies/inbound-message.ts';
import { lastWritten } from '../../src/register/replies/match.ts';
import { promisedAmount } from '../../src/register/replies/promise-in-reply.ts';
import { readAnywhere } from '../../src/register/replies/read.ts';
import type { Holder } from '../../src/db/replies.ts';
import type { InstalmentView } from '../../src/domain/agreement.ts';
import { LOCALES } from '../../src/text/locale.ts';
import { phrasesFor } from '../../src/text/phrases.ts';
import { answerMessage, type AnswerKind } from '../../src/text/reply-answer.ts';
import { smsLength } from '../../src/text/sms.ts';

const sms = (text: string): InboundMessage => ({ provider: 'twilio-sms', eventId: 'E', channel: 'sms', from: '+1', to: '+2', text, attachments: 0, thread: [], authentic: true });

test.each(LOCALES)('%s: the words for stopping, for a call and for another person', (locale) => {
  const { stop, call, notYou } = phrasesFor(locale).replies;
  const heard = [stop, call, notYou].flatMap((word) => [word, ` ${word.toLowerCase()}. `]).map((word) => readAnywhere(sms(word)).class);
  expect(heard).toEqual(['optOut', 'optOut', 'callMe', 'callMe', 'wrongPerson', 'wrongPerson']);
});

test('such a word within a sentence is no command', () => {
  expect(readAnywhere(sms('me conviene LLAMAR al banco primero')).class).not.toBe('callMe');
});

const holder = (personId: string, sender: string | null, lastAt: number | null): Holder => ({ personId, contactPointId: personId, creditorId: personId, sender, lastAttempt: null, lastAt });

test('of several creditors the one whose number it is, then the one that wrote last, else nobody', () => {
  const [own, one, two] = [holder('own', '+56911111111', null), holder('one', null, 5), holder('two', null, 9)];
  expect(lastWritten([own, one, two], '+56911111111')?.personId).toBe('own');
  expect(lastWritten([own, one, two], '+56900000000')?.personId).toBe('two');
  expect(lastWritten([holder('a', null, null), holder('b', null, null)], '+5')).toBeNull();
  expect(lastWritten([holder('a', null, null), one], '+5')?.personId).toBe('one');
  expect(lastWritten([], '+5')).toBeNull();
});

const instalment = (dueOn: string, amountMinor: number, paidMinor = 0): InstalmentView => ({ anchor: dueOn, kind: 'instalment', number: 1, version: 1, dueOn, amountMinor, paidMinor, unpaid: true, reopenedOn: null });

test('what a promise is about: the amount said, or what is due by its day, or the next instalment', () => {
  const view = { balanceMinor: 250, instalments: [instalment('2026-03-02', 100, 50), instalment('2026-04-02', 100), instalment('2026-05-02', 100)] };
  expect(promisedAmount(view, '2026-04-02', undefined)).toBe(150);
  expect(promisedAmount(view, '2026-03-01', undefined)).toBe(50);
  expect(promisedAmount(view, '2026-03-01', 80)).toBe(80);
  expect(promisedAmount(view, '2026-03-01', 8_000)).toBe(250);
});

const KINDS: readonly AnswerKind[] = ['proof', 'promised', 'promiseRefused', 'terms', 'hardship', 'callBooked', 'callWanted', 'dispute', 'help'];

test.each(['es-CL', 'es-MX', 'pt-BR', 'en-US'])('%s: an answer fits two segments, says how to stop, and tells a stranger of no debt', (locale) => {
  for (const kind of KINDS) {
    const data = { firm: 'Andes Servicios', creditor: 'Comercial Sur', confirmed: false, link: `https://p.example/d/${'x'.repeat(22)}`, unsubscribeUrl: null, date: 'miércoles 30 de septiembre', time: '10:30' };
    const message = answerMessage('sms', locale, kind, data);
    const body = 'body' in message ? message.body : '';
    expect(smsLength(body), body).toMatchObject({ encoding: 'GSM-7' });
    expect(smsLength(body).segments, body).toBeLessThanOrEqual(2);
    expect(body).toContain(phrasesFor(LOCALES.find((one) => one === locale) ?? (locale.startsWith('es') ? 'es' : 'en')).replies.stop);
    expect(body).not.toMatch(/Comercial|deuda|cuota|pagar|mora|debt|instalment|pay\b|d[ií]vida|parcela|\{|\$/i);
    const mail = answerMessage('email', locale, kind, { ...data, firm: 'A & B', unsubscribeUrl: 'https://p.example/u/y' });
    expect('html' in mail && mail.html.includes('A &amp; B') && mail.text.includes('https://p.example/u/y'), kind).toBe(true);
  }
});

test('whom we know is told for whom we write and where to pay', () => {
  const message = answerMessage('sms', 'es-CL', 'help', { firm: 'Andes', creditor: 'Comercial Sur', confirmed: true, link: 'https://p.example/d/x', unsubscribeUrl: null });
  expect(message).toEqual({ body: 'Andes: le escribimos por encargo de Comercial Sur. El detalle y cómo pagar están en https://p.example/d/x . Responda LLAMAR para hablar con una persona. BAJA para no recibir SMS.'.replace('cómo', 'como').replace('están', 'estan') });
});
