/** The message that carries a code for a debtor's page. It tells nobody anything but who sends it. */
import { toGsm7 } from './sms.ts';

interface CodeWords {
  readonly subject: string;
  readonly text: string;
}

const WORDS: Readonly<Record<string, CodeWords>> = {
  es: { subject: 'Su código de {firm}', text: '{firm}: su código es {code}. Sirve por 10 minutos en la página que abrió. Si no lo pidió, no haga nada y no lo comparta.' },
  pt: { subject: 'Seu código de {firm}', text: '{firm}: seu código é {code}. Vale por 10 minutos na página que você abriu. Se não pediu, não faça nada e não compartilhe.' },
  en: { subject: 'Your code from {firm}', text: '{firm}: your code is {code}. It works for 10 minutes on the page that you opened. If you did not ask for it, do nothing and do not share it.' },
};

export type CodeMessage = { readonly body: string } | { readonly subject: string; readonly text: string; readonly html: string };

/** The message for a channel in one of the pages' languages; Spanish for any other. */
export function codeMessage(channel: 'sms' | 'email', language: string, firm: string, code: string): CodeMessage {
  const words = WORDS[language.split('-')[0] ?? ''] ?? WORDS['es'];
  const fill = (form: string): string => form.replace('{firm}', () => firm).replace('{code}', () => code);
  const text = fill(words?.text ?? '');
  if (channel === 'sms') return { body: toGsm7(text) };
  const escaped = text.replace(/[&<>]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[letter] ?? letter);
  return { subject: fill(words?.subject ?? ''), text: `${text}\n`, html: `<!doctype html><html><head><meta charset="utf-8"></head><body><p>${escaped}</p></body></html>` };
}
