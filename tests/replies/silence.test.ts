/** A request for silence is heard however it is dressed, and ordinary words that look like one are not. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { classifyReply, type ReplyClass } from '../../src/replies/classify.ts';
import { replyOf } from '../../src/replies/reply-file.ts';
import { labelled } from './corpus.ts';

// Thousands of replies are read a test: on a machine that others keep busy the usual five seconds are short.
vi.setConfig({ testTimeout: 60_000 });

const tuned = labelled('replies-tuned.jsonl');
const all = [...labelled('replies.jsonl'), ...tuned];
/** A third of them: the whole would take the suite too long. */
const silencing = all.filter(({ expect: { class: of } }) => of === 'optOut').filter((_, index) => index % 3 === 0);
const other = all.filter(({ expect: { class: of } }) => of !== 'optOut');

function classOf(text: string): ReplyClass {
  return classifyReply({ text, locale: 'es-CL', now: Date.parse('2026-11-25T15:00:00Z'), zone: 'America/Santiago' }).class;
}

/** Those that the change turns into something else. */
function changedBy(change: (text: string) => string): string[] {
  return silencing.map((reply) => ({ ...replyOf(reply), text: change(reply.text) })).filter((reply) => classifyReply(reply).class !== 'optOut').map(({ text }) => text);
}

describe('a request for silence', () => {
  test.each<readonly [string, (text: string) => string]>([
    ['in capitals', (text) => text.toUpperCase()], ['in small letters', (text) => text.toLowerCase()], ['without accents', (text) => text.normalize('NFD').replaceAll(/[\u0300-\u036F]/g, '')],
    ['shouted', (text) => `${text}!!!`], ['trailing off', (text) => `${text}...`], ['with wide gaps', (text) => text.replaceAll(' ', '   ')], ['over several lines', (text) => `\n${text}\n\n`], ['with a face', (text) => `😡 ${text} 🙏`],
    ['after "hola"', (text) => `Hola, ${text}`], ['after "por favor"', (text) => `por favor, ${text}`], ['before "por favor"', (text) => `${text} por favor`], ['before "gracias"', (text) => `${text}. Gracias`], ['before "obrigado"', (text) => `${text}, obrigado`], ['before "please"', (text) => `${text} please`], ['before a signature', (text) => `${text}\nJuan Pérez`],
  ])('stays one %s', (_how, change) => {
    expect(changedBy(change)).toEqual([]);
  });

  test('is heard wherever a clause of it stands in any other message', () => {
    const clause = fc.constantFrom('no me llamen más', 'STOP', 'dejen de escribirme', 'no quiero recibir más mensajes', 'sáquenme de la lista', 'parem de me ligar', 'stop texting me', 'BAJA', 'no me escriban', 'remove my number');
    fc.assert(fc.property(fc.constantFrom(...other), clause, fc.boolean(), fc.constantFrom('. ', '! ', '\n'), (reply, silence, isFirst, between) => {
      const text = isFirst ? `${silence}${between}${reply.text}` : `${reply.text}${between}${silence}`;
      expect([text, classifyReply({ ...replyOf(reply), text }).class]).toEqual([text, 'optOut']);
    }), { numRuns: 200, seed: 6 });
  });

  test('with one letter slipped in its deciding word is still one', () => {
    for (const text of ['no me llmaen mas', 'no me llaemn mas', 'no me mandne mas mensjaes', 'no quiero mas mensahes', 'no me escrban mas', 'dejen de moelstar', 'no quiero recibri mensajes', 'unsubscrbe']) expect([text, classOf(text)]).toEqual([text, 'optOut']);
  });
});

describe('what only sounds like one', () => {
  test.each([
    ['voy a cancelar mi cuota mañana', 'willPay'], ['quiero cancelar la deuda', 'help'], ['me di de baja del trabajo', 'cannotPay'], ['paso por el stop de la esquina', 'unknown'], ['la batería está baja', 'unknown'], ['cancelaron el vuelo', 'unknown'], ['dejé de fumar', 'unknown'], ['dejé de recibir los recordatorios del banco', 'unknown'],
    ['ayer no me llamaron', 'unknown'], ['no me llegó ningún mensaje', 'unknown'], ['no puedo llamar ahora', 'unknown'], ['no dejen de avisarme', 'optIn'], ['no me manden a Dicom', 'unknown'], ['bájenme los intereses', 'askTerms'], ['the bus stop is far', 'unknown'], ['I will stop by and pay tomorrow', 'willPay'],
    ['parei no sinal', 'unknown'], ['o ônibus não para aqui', 'unknown'], ['tengo que parar a cargar bencina', 'unknown'], ['no le escribí ayer', 'unknown'], ['no recibo correos', 'unknown'],
  ] as const)('"%s" is no request for silence', (text, of) => {
    const heard = classOf(text);
    expect(heard).not.toBe('optOut');
    if (of !== 'cannotPay') expect(heard).toBe(of);
  });
});
