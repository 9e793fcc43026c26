/** Of a mail only what its writer wrote is read: the old mail below it contains every word that silences. */
import { expect, test } from 'vitest';
import { ownWords } from '../../src/channels/quoted-text.ts';

const OLD = 'Hola Ana, le escribe Andes.\nResponda BAJA para no recibir más correos.';
const quoted = OLD.split('\n').map((line) => `> ${line}`).join('\n');

test.each([
  ['Gmail, Spanish', `Ya pagué ayer.\n\nEl lun, 16 mar 2026 a las 10:00, Andes (<avisos@example.org>)\nescribió:\n\n${quoted}`],
  ['Gmail in one line', `Ya pagué ayer.\n\nEl lun, 16 mar 2026 a las 10:00, Andes (<avisos@example.org>) escribió:\n${OLD}`],
  ['Gmail, English', `Ya pagué ayer.\r\n\r\nOn Mon, Mar 16, 2026 at 10:00 AM Andes <avisos@example.org> wrote:\r\n\r\n${quoted}`],
  ['Gmail, Portuguese', `Ya pagué ayer.\n\nEm seg., 16 de mar. de 2026 às 10:00, Andes <avisos@example.org> escreveu:\n${quoted}`],
  ['Outlook with headers', `Ya pagué ayer.\n\nDe: Andes <avisos@example.org>\nEnviado el: lunes, 16 de marzo de 2026 10:00\nPara: Ana\nAsunto: Aviso\n\n${OLD}`],
  ['Outlook with bold headers', `Ya pagué ayer.\n\n*From:* Andes <avisos@example.org>\n*Sent:* Monday, March 16\n\n${OLD}`],
  ['Outlook with a line', `Ya pagué ayer.\n________________________________\nDe: Andes\n${OLD}`],
  ['Outlook original message', `Ya pagué ayer.\n\n-----Mensaje original-----\n${OLD}`],
  ['a signature', 'Ya pagué ayer.\n-- \nAna Soto\nNo me escriban a este número'],
  ['a phone', 'Ya pagué ayer.\n\nEnviado desde mi iPhone\n\nEl 16-03-2026, a las 10:00, Andes <a@example.org> escribió:\nBAJA'],
  ['only marks', `${quoted}\nYa pagué ayer.`],
])('%s: the old mail and the signature go', (_, mail) => {
  expect(ownWords(mail)).toBe('Ya pagué ayer.');
});

test('what people write about themselves stays, though it looks like the beginning of a quote', () => {
  for (const text of ['El viernes les escribo de nuevo', 'De: mi parte, ya pagué', 'Para: nada, no reconozco esta deuda\nadiós', 'On Monday I will pay', '- ya pagué\n- no me llamen']) expect(ownWords(text)).toBe(text);
});

test('nothing of one\'s own is an empty text, and a mail of a megabyte takes no time', () => {
  expect(ownWords(`${quoted}\n`)).toBe('');
  const began = performance.now();
  ownWords(`${'El '.repeat(300)}\n`.repeat(1_000));
  ownWords('On '.repeat(300_000));
  ownWords('\n'.repeat(200_000));
  expect(performance.now() - began).toBeLessThan(3_000);
});
