/** A page that only says something, and how to reach whoever writes. */
import type { Writer } from '../../register/debtor-page.ts';
import { writerView } from '../debtor-view.ts';
import { wordsIn, type PageLanguage } from '../debtor-words.ts';
import { notice, type View } from '../page.ts';

export interface Plain {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly good?: boolean;
  readonly writer?: Writer;
  /** Seconds until it is worth coming back. */
  readonly retryAfter?: number;
}

export function plain(language: PageLanguage, { status, title, text: said, good = false, writer, retryAfter }: Plain): View {
  const words = wordsIn(language);
  const view = writer === undefined ? null : writerView(writer);
  const reach = view === null ? [] : [view.phone === null ? null : `${words.callUs} ${view.phone}.`, view.email === null ? null : `${words.writeUs} ${view.email}.`];
  const told = [said, ...reach.filter((one) => one !== null)].join(' ');
  const shown = notice({ kind: good ? 'thanks' : 'closed', status, title, text: told });
  return { ...shown, data: { ...shown.data, lang: language, skip: words.skip }, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** The one answer to every token that opens nothing; it says nothing of why. */
export function unknownPage(language: PageLanguage): View {
  const words = wordsIn(language);
  return plain(language, { status: 404, title: words.unknownTitle, text: words.unknown });
}
