/** What is said: the data of a parcel, put into the published text. Read under the lock, so that it is what is owed now. */
import { MISSING } from '../../contact-law/house.ts';
import { paysCreditorOnly, type TextLaw } from '../../contact-law/text-law.ts';
import type { RenderedMessage } from '../../db/database.ts';
import { templateFor, type TemplateRow } from '../../db/templates.ts';
import type { Db, Trx } from '../../db/pool.ts';
import type { Occurrence } from '../../domain/agreement.ts';
import { speaksOf } from '../../domain/occurrence.ts';
import { viewOf } from '../../domain/view.ts';
import { AppError } from '../../errors.ts';
import type { MessageChannel } from '../../strategy/strategy.ts';
import { mandatedOf } from '../../text/check.ts';
import { contentFaults, type ContentFault } from '../../text/content-rule.ts';
import { localeFor } from '../../text/locale.ts';
import type { MessageDataInput } from '../../text/message-data.ts';
import { phrasesOf } from '../../text/phrases.ts';
import { renderMessage, type RenderedEmail, type RenderedSms } from '../../text/render.ts';
import { templateBody } from '../../text/template.ts';
import type { MessageUrls } from '../link.ts';
import type { LoadedAgreement } from '../rebuild.ts';
import type { LawSubject } from './law-subject.ts';
import { partsOf, type Parcel } from './parcel.ts';
import { firmOf } from './sender.ts';

type Item = NonNullable<MessageDataInput['items']>[number];

const MOST_ITEMS = 50;

/** The published text of the parcel's head, in the person's language as it is written where they live; null when there is none. */
export async function templateOf(db: Db | Trx, parcel: Parcel, language: string): Promise<TemplateRow | null> {
  const key = parcel.head.template;
  return key === null ? null : (await templateFor(db, key, localeFor(language, parcel.lead.agreement.row.country))) ?? null;
}

/** Numbers of the instalments that these occurrences speak of. */
export function instalmentsOf({ state }: LoadedAgreement, occurrence: Occurrence): number[] {
  return speaksOf(state, occurrence).map(({ number }) => number);
}

/** What would be said, and the rules of the place that it would break: with one of them it must not leave. */
export interface Composed {
  readonly message: RenderedMessage;
  readonly faults: readonly ContentFault[];
}

/** What a message is made of; `law` is that of the person's place, null where there is none. */
export interface Writing {
  readonly parcel: Parcel;
  readonly subject: LawSubject;
  readonly law: TextLaw | null;
  readonly template: TemplateRow;
  readonly channel: MessageChannel;
  readonly urls: MessageUrls;
  readonly publicBaseUrl: string;
}

/** Renders the message of a channel; ERR_TEMPLATE when the text does not fit the data. */
export function compose(writing: Writing): Composed {
  const { subject, template, channel } = writing;
  const body = templateBody.safeParse(template.body);
  if (!body.success) throw new AppError('ERR_TEMPLATE', `The published template ${template.key} does not have the promised shape.`);
  const wanted = localeFor(subject.person.language, subject.row.country);
  const locale = wanted.split('-')[0] === template.locale.split('-')[0] ? wanted : template.locale;
  const data = dataOf(writing);
  const message = renderMessage(body.data, channel, locale, data);
  return {
    message: message.channel === 'sms' ? { body: message.body } : { subject: message.subject, text: message.text, html: message.html },
    faults: faultsOf(message, writing, locale, data),
  };
}

function faultsOf(message: RenderedSms | RenderedEmail, { parcel, law }: Writing, locale: string, data: MessageDataInput): ContentFault[] {
  const fields = message.channel === 'sms' ? [{ path: 'sms', text: message.body }] : [{ path: 'subject', text: message.subject }, { path: 'mail', text: message.text }];
  const said = { channel: message.channel, purpose: parcel.purpose, locale, blocks: message.blocks, fields, without: mandatedOf(phrasesOf(locale), data) };
  if (law === null) return [{ rule: MISSING.profile.id, cite: MISSING.profile.cite, path: message.channel, message: MISSING.profile.says.en }];
  return contentFaults(law.content, said);
}

function dataOf({ parcel, subject: { person, creditor, row }, law, urls, publicBaseUrl }: Writing): MessageDataInput {
  const items = partsOf(parcel).flatMap((part) => itemsOf(part.agreement, part.occurrences))
    .sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0)).slice(0, MOST_ITEMS);
  const contracts = partsOf(parcel).map(({ agreement }) => contractOf(agreement)).slice(0, MOST_ITEMS);
  const token = parcel.survey?.token ?? null;
  return {
    firstName: person.type === 'company' ? person.name : person.name.trim().split(/\s+/)[0] ?? person.name,
    firm: firmOf(creditor),
    creditorName: creditor.name,
    confirmed: person.confirmed_at !== null,
    beforeAgreement: partsOf(parcel).every(({ agreement }) => agreement.row.kind === 'debt'),
    items,
    totalMinor: items.reduce((sum, item) => sum + item.amountMinor, 0),
    currency: row.currency,
    contracts,
    owedMinor: contracts.reduce((sum, contract) => sum + contract.owedMinor, 0),
    contact: creditor.settings.contact ?? {},
    // Whose page it is nobody can tell from an address: where the creditor alone takes the money, the text names none.
    payUrl: paysCreditorOnly(law) ? null : urls.paymentUrl ?? creditor.settings.payUrl ?? null,
    link: urls.link,
    unsubscribeUrl: urls.unsubscribeUrl,
    surveyUrl: token === null ? null : `${publicBaseUrl}/s/${token}`,
    promise: promiseOf(parcel),
    zone: row.zone,
    country: person.address?.country ?? row.country,
  };
}

type Contract = NonNullable<MessageDataInput['contracts']>[number];

/** What is owed under an agreement and what it is made of, as the creditor told it; without a breakdown nothing is charged besides the plan. */
export function contractOf({ row, state }: LoadedAgreement): Contract {
  const view = viewOf(state);
  return {
    reference: row.debt?.contractRef ?? row.external_id,
    signedOn: row.debt?.signedOn ?? null,
    defaultedOn: row.debt?.defaultedOn ?? null,
    dueOn: view.instalments.find((one) => one.unpaid)?.dueOn ?? null,
    owedMinor: view.balanceMinor,
    itemised: row.debt !== null,
    interestMinor: row.debt?.interestMinor ?? 0,
    lateInterestMinor: row.debt?.lateInterestMinor ?? 0,
    feesMinor: row.debt?.feesMinor ?? 0,
    taxesMinor: row.debt?.taxesMinor ?? 0,
  };
}

function itemsOf({ row, state }: LoadedAgreement, occurrences: readonly Occurrence[]): Item[] {
  const owed = new Map(occurrences.flatMap((one) => speaksOf(state, one)).map((one) => [one.anchor, one]));
  const plan = viewOf(state).instalments;
  const instalments = Math.max(1, ...plan.filter((one) => one.kind === 'instalment').map((one) => one.number));
  return [...owed.values()].sort((a, b) => a.number - b.number).map((one) => ({
    kind: row.kind === 'debt' && one.kind === 'instalment' ? 'debt' : one.kind, reference: row.debt?.contractRef ?? row.external_id, instalmentNumber: one.number, instalments, dueOn: one.dueOn,
    amountMinor: one.amountMinor - one.paidMinor, currency: row.currency,
  }));
}

function promiseOf({ head, lead }: Parcel): MessageDataInput['promise'] {
  if (head.promise === null) return null;
  const promise = viewOf(lead.agreement.state).promises.find((one) => one.promise === head.promise);
  return promise === undefined ? null : { dueOn: promise.dueOn, amountMinor: promise.amountMinor - promise.paidMinor };
}
