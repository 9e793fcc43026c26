/** Somebody who has passed the second factor, on one of the pages behind it; and what every such page shares. */
import type { LinkRow } from '../../db/links.ts';
import type { DebtorAgreement, DebtorPlan, Writer } from '../../register/debtor-page.ts';
import type { PaymentDeps } from '../../register/payments/deps.ts';
import type { RegisterContext } from '../../register/person-lock.ts';
import { formatAmount } from '../../text/amount.ts';
import { formatDate } from '../../text/date.ts';
import { languageLinks, writerView } from '../debtor-view.ts';
import type { DebtorWords, PageLanguage } from '../debtor-words.ts';
import type { View } from '../page.ts';
import type { ActWords } from './words.ts';

export interface OpenVisit {
  readonly ctx: RegisterContext;
  readonly payments: PaymentDeps;
  readonly link: LinkRow;
  readonly writer: Writer;
  readonly plan: DebtorPlan;
  /** The one that was chosen, else what the message spoke of first. */
  readonly agreement: DebtorAgreement;
  /** What was written in the address of the page. */
  readonly asked: { readonly done: string | null; readonly page: number };
  readonly language: PageLanguage;
  readonly locale: string;
  readonly words: DebtorWords;
  readonly say: ActWords;
  /** Of the session; a form without it changes nothing. */
  readonly csrf: string;
  /** `/d/{token}`. */
  readonly base: string;
  /** Which page behind the door; null: the plan itself. */
  readonly section: string | null;
  /** The language that was asked for and the agreement that was chosen, for every address of these pages. */
  readonly carry: Readonly<Record<string, string>>;
}

/** A form as it came: text by name, and at most one file. */
export interface Filled {
  readonly text: (name: string) => string;
  readonly file: FilledFile | null;
}

export interface FilledFile {
  readonly bytes: Buffer;
  readonly tooLarge: boolean;
}

/** Errors by field; `page` stands above the form. */
export type Wrong = Readonly<Record<string, string>>;

/** What a form led to: a page to show again, or the word of what was done, which the page shows after a redirect. */
export type Acted = View | { readonly done: string };

/** One page behind the door: what it shows, and what its form does. */
export interface Section {
  readonly show: (visit: OpenVisit) => Promise<View>;
  readonly act: (visit: OpenVisit, filled: Filled) => Promise<Acted>;
  /** The page again with what was typed and what is wrong with it. */
  readonly again: (visit: OpenVisit, filled: Filled, wrong: Wrong) => Promise<View>;
}

export const NOTHING_FILLED: Filled = { text: () => '', file: null };

/** An address of these pages. */
export function addressOf({ base, carry }: Pick<OpenVisit, 'base' | 'carry'>, section: string | null, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...carry, ...more }).toString();
  return `${base}${section === null ? '' : `/${section}`}${query === '' ? '' : `?${query}`}`;
}

export function moneyOf({ agreement, locale }: OpenVisit, minor: number): string {
  return formatAmount(minor, agreement.currency, locale);
}

export function dateOf({ locale }: OpenVisit, date: string): string {
  return formatDate(date, locale);
}

/** What the frame of each of these pages shows. */
export function frame(visit: OpenVisit, title: string, wrong: Wrong = {}): object {
  const { writer, language, words, say, csrf, ctx, plan } = visit;
  return {
    title: Object.keys(wrong).length === 0 ? title : `${say.problem}: ${title}`, heading: title, lang: language, skip: words.skip, words, say, csrf, once: ctx.newId(), wrong,
    writer: writerView(writer), onBehalf: plan.creditorName === writer.firm ? null : words.onBehalf(plan.creditorName), back: addressOf(visit, null),
    languages: languageLinks(language).map((one) => ({ ...one, href: addressOf({ ...visit, carry: { ...visit.carry, lang: one.code } }, visit.section) })),
  };
}

export interface Told {
  readonly title: string;
  readonly text: string;
  /** Links below, the first as a button. */
  readonly links?: readonly { readonly href: string; readonly name: string }[];
}

/** That something was done. */
export function doneView(visit: OpenVisit, { title, text, links = [] }: Told): View {
  return { status: 200, template: 'debtor-done.eta', data: { ...frame(visit, title), text, links: [...links, { href: addressOf(visit, null), name: visit.say.back }] } };
}

export function statusOf(wrong: Wrong): number {
  return Object.keys(wrong).length === 0 ? 200 : 422;
}
