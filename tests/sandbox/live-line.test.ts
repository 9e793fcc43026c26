import { expect, test } from 'vitest';
import { languageOf, liveLine, showLiveLine } from '../../src/sandbox/live-line.ts';

const NOW = Date.UTC(2026, 11, 5, 3);
const counts = { sms: 14, emails: 9, payments: 6, callbacks: 3, preLegal: 1, settled: 2 };

test('date, contacts, payments, callbacks, pre-legal, settled, in the language of the machine', () => {
  expect(liveLine(NOW, counts, 'es')).toBe('2026-12-05 · 14 SMS · 9 correos · 6 pagos · 3 llamadas · 1 prejudicial · 2 saldados');
  expect(liveLine(NOW, { ...counts, payments: 1 }, 'en')).toBe('2026-12-05 · 14 SMS · 9 e-mails · 1 payment · 3 callbacks · 1 pre-legal · 2 settled');
  expect([languageOf({ LANG: 'es_CL.UTF-8' }), languageOf({ LANG: 'en_US' }), languageOf({ LC_ALL: 'es_MX', LANG: 'en_US' }), languageOf({})]).toEqual(['es', 'en', 'es', 'en']);
});

async function shown(isTTY: boolean): Promise<string> {
  const stop = new AbortController();
  let text = '';
  let reads = 0;
  const read = async () => {
    reads += 1;
    if (reads === 2) throw new Error('the database is being started again');
    if (reads === 5) stop.abort();
    return { now: NOW, counts: { ...counts, sms: reads < 4 ? 14 : 15 } };
  };
  await showLiveLine({ read, language: 'es', out: { isTTY, columns: 100, write: (part) => (text += part) }, everyMs: 1 }, stop.signal);
  return text;
}

test('on a terminal it moves in place; a database that is away for a moment does not end it', async () => {
  const text = await shown(true);
  expect(text.split('\r\x1b[2K').slice(1).map((line) => line.slice(13, 19))).toEqual(['14 SMS', '14 SMS', '14 SMS', '15 SMS']);
});

test('elsewhere it is a line whenever something changed', async () => {
  expect((await shown(false)).trim().split('\n').map((line) => line.slice(13, 19))).toEqual(['14 SMS', '15 SMS']);
});
