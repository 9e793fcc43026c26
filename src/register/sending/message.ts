/** What is said: the data of a parcel, put into the published text. Read under the lock, so that it is what is owed now. */
import type { RenderedMessage } from '../../db/database.ts';
import { templateFor, type TemplateRow } from '../../db/templates.ts';
import type { Db, Trx } from '../../db/pool.ts';
import type { Occurrence } from '../../domain/agreement.ts';
import { speaksOf } from '../../domain/occurrence.ts';
import { viewOf } from '../../domain/view.ts';
import { AppError } from '../../errors.ts';
import type { MessageChannel } from '../../strategy/strategy.ts';
import type { MessageDataInput } from '../../text/message-data.ts';
import { renderMessage } from '../../text/render.ts';
import { templateBody } from '../../text/template.ts';
import type { LoadedAgreement } from '../rebuild.ts';
import type { LawSubject } from './gate.ts';
import { partsOf, type Parcel } from './parcel.ts';
import { firmOf } from './sender.ts';

type Item = NonNullable<MessageDataInput['items']>[number];

const MOST_ITEMS = 50;

/** The published text of the parcel's head, in the person's language; null when there is none. */
export async function templateOf(db: Db | Trx, parcel: Parcel, language: string): Promise<TemplateRow | null> {
  const key = parcel.head.template;
  return key === null ? null : (await templateFor(db, key, language)) ?? null;
}

/** Numbers of the instalments that these occurrences speak of. */
export function instalmentsOf({ state }: LoadedAgreement, occurrence: Occurrence): number[] {
  return speaksOf(state, occurrence).map(({ number }) => number);
}

/** Renders the message of a channel; ERR_TEMPLATE when the text does not fit the data. */
export function compose(parcel: Parcel, subject: LawSubject, template: TemplateRow, channel: MessageChannel, publicBaseUrl: string): RenderedMessage {
  const body = templateBody.safeParse(template.body);
  if (!body.success) throw new AppError('ERR_TEMPLATE', `The published template ${template.key} does not have the promised shape.`);
  const { language } = subject.person;
  const sameLanguage = language.split('-')[0] === template.locale.split('-')[0];
  const message = renderMessage(body.data, channel, sameLanguage ? language : template.locale, dataOf(parcel, subject, publicBaseUrl));
  return message.channel === 'sms' ? { body: message.body } : { subject: message.subject, text: message.text, html: message.html };
}

function dataOf(parcel: Parcel, { person, creditor, row }: LawSubject, publicBaseUrl: string): MessageDataInput {
  const items = partsOf(parcel).flatMap((part) => itemsOf(part.agreement, part.occurrences))
    .sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0)).slice(0, MOST_ITEMS);
  const token = parcel.survey?.token ?? null;
  return {
    firstName: person.type === 'company' ? person.name : person.name.trim().split(/\s+/)[0] ?? person.name,
    firm: firmOf(creditor),
    creditorName: creditor.name,
    confirmed: person.confirmed_at !== null,
    items,
    totalMinor: items.reduce((sum, item) => sum + item.amountMinor, 0),
    currency: row.currency,
    link: creditor.settings.payUrl ?? publicBaseUrl,
    surveyUrl: token === null ? null : `${publicBaseUrl}/s/${token}`,
    promise: promiseOf(parcel),
    zone: row.zone,
    country: row.country,
  };
}

function itemsOf({ row, state }: LoadedAgreement, occurrences: readonly Occurrence[]): Item[] {
  const owed = new Map(occurrences.flatMap((one) => speaksOf(state, one)).map((one) => [one.anchor, one]));
  const plan = viewOf(state).instalments;
  const instalments = Math.max(1, ...plan.filter((one) => one.kind === 'instalment').map((one) => one.number));
  return [...owed.values()].sort((a, b) => a.number - b.number).map((one) => ({
    kind: one.kind, reference: row.debt?.contractRef ?? row.external_id, instalmentNumber: one.number, instalments, dueOn: one.dueOn,
    amountMinor: one.amountMinor - one.paidMinor, currency: row.currency,
  }));
}

function promiseOf({ head, lead }: Parcel): MessageDataInput['promise'] {
  if (head.promise === null) return null;
  const promise = viewOf(lead.agreement.state).promises.find((one) => one.promise === head.promise);
  return promise === undefined ? null : { dueOn: promise.dueOn, amountMinor: promise.amountMinor - promise.paidMinor };
}
