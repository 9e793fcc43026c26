/** A debtor's page in words: amounts and dates as people write them, so that the template only places them. */
import type { DebtorAgreement, DebtorInstalment, DebtorPlan, Writer } from '../register/debtor-page.ts';
import { formatAmount } from '../text/amount.ts';
import { formatDate } from '../text/date.ts';
import { localeFor } from '../text/locale.ts';
import { phrasesOf } from '../text/phrases.ts';
import { PAGE_LANGUAGES, wordsIn, type DebtorWords, type PageLanguage } from './debtor-words.ts';

export interface WriterView {
  readonly firm: string;
  readonly initials: string;
  readonly taxId: string | null;
  readonly phone: string | null;
  /** For the link `tel:`. */
  readonly dial: string | null;
  readonly email: string | null;
  readonly address: string | null;
}

export function writerView({ firm, contact }: Pick<Writer, 'firm' | 'contact'>): WriterView {
  return {
    firm, initials: initialsOf(firm), taxId: contact.taxId ?? null, phone: contact.phone ?? null, dial: contact.phone?.replace(/[^+\d]/g, '') ?? null,
    email: contact.email ?? null, address: contact.address ?? null,
  };
}

/** Two letters that stand for a name. */
export function initialsOf(name: string): string {
  return name.split(/\s+/).filter((word) => word !== '').slice(0, 2).map((word) => word.charAt(0).toUpperCase()).join('');
}

export interface LanguageLink {
  readonly code: PageLanguage;
  readonly name: string;
  readonly current: boolean;
}

const NAMES: Readonly<Record<PageLanguage, string>> = { es: 'Español', pt: 'Português', en: 'English' };

export function languageLinks(current: PageLanguage): LanguageLink[] {
  return PAGE_LANGUAGES.map((code) => ({ code, name: NAMES[code], current: code === current }));
}

export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
}

export interface PlanLine {
  readonly state: DebtorInstalment['state'];
  readonly title: string;
  readonly amount: string;
  readonly note: string;
}

export interface AgreementView {
  readonly reference: string;
  readonly lead: string;
  readonly bigAmount: string | null;
  readonly under: string | null;
  readonly promise: string | null;
  readonly facts: readonly Fact[];
  readonly plan: readonly PlanLine[];
  /** Instalments in all, when more than those shown. */
  readonly more: number | null;
}

export interface OtherView {
  readonly key: string;
  readonly name: string;
  readonly amount: string | null;
}

export interface PlanView {
  readonly hello: string;
  readonly onBehalf: string | null;
  readonly agreement: AgreementView;
  /** What else the person owes there. */
  readonly others: readonly OtherView[];
  readonly owes: boolean;
  readonly payUrl: string | null;
  readonly payAt: string;
  readonly payDirectly: string;
  readonly rights: string;
  /** The sentence that the law words; null where it does not apply. */
  readonly notSeizure: string | null;
}

/** Everything that is shown after the second factor, of one agreement; the others by name. */
export function planView(plan: DebtorPlan, shown: DebtorAgreement, writer: Writer, language: PageLanguage): PlanView {
  const words = wordsIn(language);
  const locale = localeFor(language, writer.country);
  return {
    hello: words.hello(plan.firstName), onBehalf: plan.creditorName === writer.firm ? null : words.onBehalf(plan.creditorName),
    agreement: agreementView(shown, plan, words, locale), owes: !shown.settled && !shown.closed,
    others: plan.agreements.filter((one) => one.id !== shown.id).map((one) => ({
      key: one.key, name: `${words.contract} ${one.reference}`, amount: one.settled || one.closed ? null : formatAmount(one.owedMinor, one.currency, locale),
    })),
    payUrl: plan.payUrl, payAt: words.payAt(plan.creditorName), payDirectly: payDirectly(plan, writer, words), rights: words.rightsText(plan.creditorName),
    notSeizure: writer.country === 'CL' ? phrasesOf(locale).blocks.notSeizure : null,
  };
}

/** Whoever collects for another and may take no money says so. */
function payDirectly({ creditorName, paysCreditorOnly }: DebtorPlan, { firm }: Writer, words: DebtorWords): string {
  return paysCreditorOnly ? words.payOnly(creditorName, firm === creditorName ? null : firm) : words.payDirectly(creditorName);
}

function agreementView(agreement: DebtorAgreement, plan: DebtorPlan, words: DebtorWords, locale: string): AgreementView {
  const money = (minor: number): string => formatAmount(minor, agreement.currency, locale);
  const promise = agreement.promise;
  return {
    reference: agreement.reference, ...dueBox(agreement, words, locale, money),
    promise: promise === null ? null : words.promised(money(promise.amountMinor), formatDate(promise.dueOn, locale)),
    facts: factsOf(agreement, plan, words, locale, money),
    plan: instalmentLines(agreement, words, locale, { from: firstShown(agreement), count: MOST_LINES }), more: agreement.instalments.length > MOST_LINES ? agreement.instalments.length : null,
  };
}

/** A page stays light however long a plan is. */
const MOST_LINES = 24;

/** What is to be paid, and the two before it. */
function firstShown({ instalments }: DebtorAgreement): number {
  if (instalments.length <= MOST_LINES) return 0;
  const unpaid = instalments.findIndex(({ state }) => state !== 'paid');
  return Math.max(0, Math.min((unpaid === -1 ? instalments.length : unpaid) - 2, instalments.length - MOST_LINES));
}

/** The lines of a plan; none when there is no plan (any more). */
export function instalmentLines(agreement: DebtorAgreement, words: DebtorWords, locale: string, window: { readonly from: number; readonly count: number }): PlanLine[] {
  if (agreement.closed || agreement.agreedOn === null) return [];
  const money = (minor: number): string => formatAmount(minor, agreement.currency, locale);
  return agreement.instalments.slice(window.from, window.from + window.count).map((one) => planLine(one, words, locale, money));
}

type Money = (minor: number) => string;

/** The one thing to know first: what is late, else what comes next, else that nothing is left. */
function dueBox(agreement: DebtorAgreement, words: DebtorWords, locale: string, money: Money): Pick<AgreementView, 'lead' | 'bigAmount' | 'under'> {
  const first = agreement.instalments.find((one) => one.state === 'overdue') ?? agreement.instalments.find((one) => one.state === 'open');
  if (agreement.settled || agreement.closed || first === undefined) return { lead: overOf(agreement, words), bigAmount: null, under: null };
  const late = first.state === 'overdue';
  const what = titleOf(first, words).toLocaleLowerCase(locale);
  const part = first.paidMinor > 0 ? `${words.openOf(money(first.amountMinor))} · ` : '';
  return {
    lead: late ? words.notReceived(what) : words.nextDate(what), bigAmount: money(first.amountMinor - first.paidMinor),
    under: `${part}${late ? words.fell : words.falls} ${formatDate(first.dueOn, locale)}`,
  };
}

function overOf({ settled, agreedOn }: DebtorAgreement, words: DebtorWords): string {
  if (agreedOn === null) return settled ? words.debtSettled : words.debtClosed;
  return settled ? words.settled : words.closed;
}

/** The seven items that Chile wants told, in its order; shown everywhere, because they are what people ask. */
function factsOf(agreement: DebtorAgreement, plan: DebtorPlan, words: DebtorWords, locale: string, money: Money): Fact[] {
  const day = (date: string): string => formatDate(date, locale, 'anual');
  const { debt } = agreement;
  const amounts: Fact[] = debt === null ? [{ name: words.interest, value: words.none }, { name: words.fees, value: words.none }, { name: words.taxes, value: words.none }] : [
    { name: words.principal, value: money(debt.principalMinor) }, { name: words.interest, value: money(debt.interestMinor) }, { name: words.lateInterest, value: money(debt.lateInterestMinor) },
    { name: words.fees, value: money(debt.feesMinor) }, { name: words.taxes, value: money(debt.taxesMinor) },
    ...(debt.discountMinor > 0 ? [{ name: words.discount, value: `−${money(debt.discountMinor)}` }] : []),
  ];
  return [
    { name: words.creditor, value: plan.creditorName },
    { name: words.contract, value: agreement.reference, ...(agreement.signedOn === null ? {} : { note: words.signedOn(day(agreement.signedOn)) }) },
    ...(agreement.defaultedOn === null ? [] : [{ name: words.overdueSince, value: day(agreement.defaultedOn) }]),
    ...(agreement.agreedOn === null ? [] : [{ name: words.agreedOn, value: day(agreement.agreedOn) }]),
    ...amounts,
    { name: words.paid, value: money(agreement.paidMinor) },
    { name: words.owed, value: money(agreement.closed ? 0 : agreement.owedMinor) },
  ];
}

function titleOf(one: DebtorInstalment, words: DebtorWords): string {
  if (one.kind === 'charge') return words.charge;
  if (one.kind === 'lapsedDiscount') return words.lapsed;
  if (one.kind === 'debt') return words.wholeDebt;
  return one.number === 0 ? words.down : words.instalment(one.number);
}

function planLine(one: DebtorInstalment, words: DebtorWords, locale: string, money: Money): PlanLine {
  const title = titleOf(one, words);
  const date = formatDate(one.dueOn, locale);
  if (one.state === 'paid') return { state: 'paid', title, amount: money(one.amountMinor), note: words.paidWhole };
  const received = one.paidMinor > 0 ? ` ${words.received(money(one.paidMinor))}` : '';
  const rest = one.paidMinor > 0 ? `, ${words.rest}` : '';
  return { state: one.state, title: `${title}${rest}`, amount: money(one.amountMinor - one.paidMinor), note: `${one.state === 'overdue' ? words.wasDueOn(date) : `${words.dueOn(date)}.`}${received}` };
}
