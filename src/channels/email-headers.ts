import type { OutgoingEmail } from './channel.ts';

/** Headers of a mail: those asked for, and the pair that lets a mail program unsubscribe without a page (RFC 8058). */
export function mailHeaders(message: Pick<OutgoingEmail, 'headers' | 'listUnsubscribe'>): Record<string, string> {
  return {
    ...message.headers,
    ...(message.listUnsubscribe === undefined
      ? {}
      : { 'List-Unsubscribe': `<${message.listUnsubscribe.url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
  };
}

/** Whether the text is one bare address: no name, no list, no space that would make two recipients of it. */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]+\.[^\s@<>,;:"()[\]\\.]+$/u.test(text);
}
