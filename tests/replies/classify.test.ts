/** The classes of replies, over the corpus and by the promises of contract section 11. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { classifyReply, REPLY_CLASSES, type ReplyClass } from '../../src/replies/classify.ts';
import { answerReply, replyOf } from '../../src/replies/reply-file.ts';
import { isHeldOut, labelled, macroF1, report, scores } from './corpus.ts';

// Thousands of replies are read a test: on a machine that others keep busy the usual five seconds are short.
vi.setConfig({ testTimeout: 60_000 });

const corpus = labelled('replies.jsonl');
const heldOut = corpus.filter(isHeldOut);
const open = corpus.filter((reply) => !isHeldOut(reply));
const tuned = labelled('replies-tuned.jsonl');

function classOf(text: string): ReplyClass {
  return classifyReply({ text, locale: 'es-CL', now: Date.parse('2026-11-25T15:00:00Z'), zone: 'America/Santiago' }).class;
}

describe('the corpus', () => {
  test('holds every class in both parts, three languages, and what only sounds like an opt-out', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(420);
    expect(new Set(corpus.map(({ id }) => id)).size).toBe(corpus.length);
    expect(new Set([...corpus, ...tuned].map(({ text }) => text)).size).toBe(corpus.length + tuned.length);
    for (const part of [open, heldOut]) expect(new Set(part.map((reply) => reply.expect.class))).toEqual(new Set(REPLY_CLASSES));
    expect(heldOut.length / corpus.length).toBeGreaterThan(0.2);
    expect(new Set(corpus.map(({ locale = '' }) => locale.slice(0, 2)))).toEqual(new Set(['es', 'pt', 'en']));
    expect(corpus.filter(({ id, expect: { class: of } }) => String(id).startsWith('not-opt-out') && of !== 'optOut').length).toBeGreaterThanOrEqual(40);
  });

  test('macro F1 of at least 0.9 on the part that no rule was written for', () => {
    const held = scores(heldOut);
    process.stdout.write(report(`held out, ${heldOut.length} replies`, held) + report(`open, ${open.length} replies`, scores(open)));
    expect(macroF1(held)).toBeGreaterThanOrEqual(0.9);
  });

  test('the score falls for a classifier that knows one class, so it can fail', () => {
    expect(macroF1(scores(heldOut, () => 'optOut'))).toBeLessThan(0.1);
  });

  test('no opt-out is missed and none is heard where none was said', () => {
    const wrong = [...corpus, ...tuned].filter((reply) => (classifyReply(replyOf(reply)).class === 'optOut') !== (reply.expect.class === 'optOut'));
    expect(wrong.map(({ text }) => text)).toEqual([]);
  });

  test('what the rules were written with is read as labelled, with day, time and amount', () => {
    const wrong = [...open, ...tuned].map((reply) => ({ text: reply.text, expected: reply.expect, answer: answerReply(reply) })).filter(({ answer }) => answer.ok !== true);
    expect(wrong).toEqual([]);
  });
});

describe('precedence', () => {
  /** A sentence a class, so that two together say both. */
  const SAYS: readonly (readonly [ReplyClass, string])[] = [
    ['optOut', 'no me llamen más'], ['deceased', 'mi padre falleció'], ['wrongPerson', 'número equivocado'], ['dispute', 'esa deuda no es mía'], ['alreadyPaid', 'ya pagué'],
    ['willPay', 'le pago el viernes'], ['callMe', 'llámeme'], ['optIn', 'quiero volver a recibir los avisos'], ['askTerms', 'necesito más plazo'], ['cannotPay', 'perdí mi trabajo'],
    ['help', '¿quién es?'], ['thanks', 'gracias'], ['unknown', 'buenas tardes'],
  ];

  test('is tested in the order of the contract, with a sentence for each class', () => {
    expect(SAYS.map(([of]) => of)).toEqual(REPLY_CLASSES);
    expect(SAYS.map(([, text]) => classOf(text))).toEqual(REPLY_CLASSES);
  });

  // A question beside the thanks is no thanks, so that pair is left to `help` too.
  test.each(SAYS.flatMap(([first, a], index) => SAYS.slice(index + 1).map(([second, b]) => [first, second, `${a}. ${b}`, `${b}. ${a}`] as const)))('%s before %s', (first, _second, inOrder, reversed) => {
    expect([classOf(inOrder), classOf(reversed)]).toEqual([first, first]);
  });
});

describe('the words of the contract', () => {
  test.each([
    ['cancelar', 'help'], ['CANCELAR!!', 'help'], ['quiero cancelar', 'help'], ['todavía no', 'unknown'], ['cuando pueda', 'unknown'], ['¿cuánto debo?', 'unknown'], ['not yet', 'unknown'], ['when I can', 'unknown'],
    ['¿le pago el viernes?', 'askTerms'], ['le pago el viernes', 'willPay'], ['le pago', 'unknown'], ['le pago pronto', 'unknown'], ['no le pago el viernes', 'unknown'], ['no puedo pagar el viernes', 'cannotPay'],
    ['no me llamen al trabajo', 'optOut'], ['no me han llamado', 'unknown'], ['no he pagado', 'unknown'], ['no he podido', 'unknown'],
  ] as const)('"%s" is %s', (text, of) => {
    expect(classOf(text)).toBe(of);
  });

  test('a time without a day is the next time it comes; what does not apply is absent', () => {
    const now = Date.parse('2026-11-25T15:00:00Z');
    expect(classifyReply({ text: 'llámame a las 5', now, zone: 'America/Santiago' })).toMatchObject({ class: 'callMe', date: '2026-11-25', time: '17:00' });
    expect(classifyReply({ text: 'llámame a las 9', now, zone: 'America/Santiago' })).toMatchObject({ class: 'callMe', date: '2026-11-26', time: '09:00' });
    expect(Object.keys(classifyReply({ text: 'gracias', now }))).toEqual(['class', 'confidence']);
  });

  test('without a now the class stands and no day is made up', () => {
    expect(classifyReply({ text: 'le pago mañana' })).toEqual({ class: 'willPay', confidence: 0.95 });
  });
});

describe('any text', () => {
  const anyText = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('no', 'me', 'llamen', 'pago', '31', 'de', 'febrero', '99/99', '2026-02-30', '?', '$', '999.999.999.999', 'mañana', 'el', 'viernes', '¿', 'constructor', '__proto__', 'x', 'q', 'a las', '25:61', 'stop', '\n', '🙏'), { maxLength: 40 }).map((words) => words.join(' ')));

  test('is answered, never thrown at, the same way twice', () => {
    fc.assert(fc.property(anyText, fc.constantFrom(undefined, 'es-CL', 'en-US', 'pt-BR', 'xx', ''), fc.constantFrom(undefined, 'America/Santiago', 'Pacific/Apia'), fc.integer({ min: 0, max: 4e12 }), (text, locale, zone, now) => {
      const reply = { text, now, ...(locale !== undefined && { locale }), ...(zone !== undefined && { zone }) };
      const meaning = classifyReply(reply);
      expect(REPLY_CLASSES).toContain(meaning.class);
      expect(meaning.confidence).toBeGreaterThan(0);
      expect(meaning.confidence).toBeLessThanOrEqual(1);
      if (meaning.class === 'willPay') expect(meaning.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      if (meaning.date !== undefined) expect(['willPay', 'callMe']).toContain(meaning.class);
      expect(classifyReply(reply)).toEqual(meaning);
    }), { numRuns: 400, seed: 11 });
  });

  test('a very long one is read within a second', () => {
    const [before, text] = [performance.now(), 'no me llamen por el pago de la cuota que no puedo '.repeat(2_000)];
    expect(classOf(text)).toBe('optOut');
    classOf('no '.repeat(20_000));
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  test('case, accents and punctuation change nothing', () => {
    // A question mark is a word of its own, what ends a clause goes on ending one, and a point or a slash inside a number belongs to it.
    const bareOf = (text: string): string => text.toUpperCase().normalize('NFD').replaceAll(/[\u0300-\u036F]/g, '').replaceAll(/[,;!\n](?!\d)/g, '; ').replaceAll(/[^\p{L}\p{N}?'’$€%./:;-]/gu, ' ').replaceAll(/\.(?!\d)/g, '; ').replaceAll(/[.:/-](?!\d)/g, ' ').replaceAll(/\?/g, '? ');
    for (const reply of [...corpus, ...tuned.filter((_, index) => index % 5 === 0)]) {
      const { text, ...rest } = replyOf(reply);
      const read = (spelling: string): unknown => ({ text, ...classifyReply({ ...rest, text: spelling }) });
      expect(read(bareOf(text))).toEqual(read(text));
      expect(read(text.includes('?') ? `¡¡ ${text}` : `¡¡ ${text}!!! …`)).toEqual(read(text));
    }
  });
});
