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
  readonly lead: string;
  readonly bigAmount: string | null;
  readonly under: string | null;
  readonly promise: string | null;
  readonly facts: readonly Fact[];
  readonly plan: readonly PlanLine[];
}

export interface PlanView {
  readonly hello: string;
  readonly onBehalf: string | null;
  readonly agreements: readonly AgreementView[];
  readonly owes: boolean;
  readonly payUrl: string | null;
  readonly payAt: string;
  readonly payDirectly: string;
  readonly rights: string;
  /** The sentence that the law words; null where it does not apply. */
  readonly notSeizure: string | null;
}

/** Everything that is shown after the second factor. */
export function planView(plan: DebtorPlan, writer: Writer, language: PageLanguage): PlanView {
  const words = wordsIn(language);
  const locale = localeFor(language, writer.country);
  return {
    hello: words.hello(plan.firstName), onBehalf: plan.creditorName === writer.firm ? null : words.onBehalf(plan.creditorName),
    agreements: plan.agreements.map((one) => agreementView(one, plan, words, locale)), owes: plan.agreements.some((one) => !one.settled && !one.closed),
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
    ...dueBox(agreement, words, locale, money),
    promise: promise === null ? null : words.promised(money(promise.amountMinor), formatDate(promise.dueOn, locale)),
    facts: factsOf(agreement, plan, words, locale, money),
    plan: agreement.closed || agreement.agreedOn === null ? [] : agreement.instalments.map((one) => planLine(one, words, locale, money)),
  };
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
