/** Carries out the receipts that are due: the message's status changes, our API is told, and its answer is awaited. */
import type { KeyObject } from 'node:crypto';
import type { Log } from '../../observability/log.ts';
import type { Journal, Receipt, SandboxMessage } from './journal.ts';
import { postReturnedMail } from './returned-mail.ts';
import { postAsSendgrid, postAsTwilio, sendgridEvent, statusFields } from './webhooks.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Twilio tries once more, and only when it could not connect. */
const TWILIO_RETRY_MS = 15 * SECOND;
/** SendGrid tries with growing gaps for a day. */
const SENDGRID_RETRIES_MS: readonly number[] = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 15 * HOUR];
const SENDGRID_BATCH = 100;
/** Callbacks posted side by side; those of one message go one after the other. */
const LANES = 8;

export interface ReceiptRunDeps {
  readonly journal: Journal;
  readonly twilioToken: string;
  readonly signingKey: KeyObject;
  readonly eventsUrl: string;
  /** Where mail comes in. */
  readonly inboundUrl: string;
  readonly log: Log;
}

/** Runs everything due up to `until` (virtual epoch ms), what it brings about included; resolves when our API has answered. */
export async function runReceipts(deps: ReceiptRunDeps, until: number): Promise<void> {
  for (let due = deps.journal.dueReceipts(until); due.length > 0; due = deps.journal.dueReceipts(until)) {
    const known = due.flatMap((receipt): Due[] => {
      const message = deps.journal.find(receipt.providerId);
      if (message === undefined) note(deps, receipt, undefined); // else it would stay due for ever
      return message === undefined ? [] : [{ receipt, message }];
    });
    const of = (provider: SandboxMessage['provider']): Due[] => known.filter((one) => one.message.provider === provider);
    for (const one of of('smtp')) await returnMail(deps, one);
    await Promise.all([runTwilio(deps, of('twilio')), runSendgrid(deps, of('sendgrid'))]);
  }
}

interface Due {
  readonly receipt: Receipt;
  readonly message: SandboxMessage;
}

/** Writes down what happened; `told` as in the journal, `again` is the next try. */
function note({ journal }: ReceiptRunDeps, receipt: Receipt, told: number | null | undefined, again: Receipt | null = null): void {
  const { at, status, errorCode } = receipt;
  journal.happened(receipt, { at, status, ...(errorCode === undefined ? {} : { errorCode }), ...(told === undefined ? {} : { told }) }, again);
}

/** The same receipt, told once more after `waitMs` of virtual time; null when there is no such wait. */
function later(receipt: Receipt, waitMs: number | undefined): Receipt | null {
  return waitMs === undefined ? null : { ...receipt, at: receipt.at + waitMs, tries: receipt.tries + 1 };
}

/** A failure is told by a mail to where the mail came from; who does not take it now is tried again. */
async function returnMail(deps: ReceiptRunDeps, { receipt, message }: Due): Promise<void> {
  if (receipt.posts === 0) return note(deps, receipt, undefined);
  const { signingKey, inboundUrl, log } = deps;
  const told = await postReturnedMail(signingKey, inboundUrl, message, receipt, Math.floor(receipt.at / SECOND));
  note(deps, receipt, told, told === null || told >= 500 ? later(receipt, SENDGRID_RETRIES_MS[receipt.tries]) : null);
  if (told === null || told >= 300) log.warn({ attemptId: message.attemptId, channel: 'smtp', status: told }, 'a returned mail was not taken');
}

async function runTwilio(deps: ReceiptRunDeps, due: readonly Due[]): Promise<void> {
  const queues = [...Map.groupBy(due, (one) => one.message.providerId).values()];
  const lane = async (): Promise<void> => {
    for (let mine = queues.shift(); mine !== undefined; mine = queues.shift()) for (const one of mine) await tellTwilio(deps, one);
  };
  await Promise.all(Array.from({ length: Math.min(LANES, queues.length) }, lane));
}

async function tellTwilio(deps: ReceiptRunDeps, { receipt, message }: Due): Promise<void> {
  const { twilioToken, log } = deps;
  if (receipt.posts === 0 || message.callbackUrl === undefined) return note(deps, receipt, undefined);
  let told: number | null = null;
  for (let post = 0; post < receipt.posts; post++) told = await postAsTwilio(twilioToken, message.callbackUrl, statusFields(message, receipt));
  note(deps, receipt, told, told === null && receipt.tries === 0 ? later(receipt, TWILIO_RETRY_MS) : null);
  if (told !== null && told < 300) return;
  log.warn({ attemptId: message.attemptId, channel: 'sms', status: told }, 'a status callback was not taken');
}

async function runSendgrid(deps: ReceiptRunDeps, due: readonly Due[]): Promise<void> {
  for (const { receipt } of due.filter((one) => one.receipt.posts === 0)) note(deps, receipt, undefined);
  const told = due.filter((one) => one.receipt.posts > 0);
  for (let from = 0; from < told.length; from += SENDGRID_BATCH) await tellSendgrid(deps, told.slice(from, from + SENDGRID_BATCH));
}

async function tellSendgrid(deps: ReceiptRunDeps, batch: readonly Due[]): Promise<void> {
  const { signingKey, eventsUrl, log } = deps;
  const last = batch.at(-1);
  if (last === undefined) return;
  const events = batch.flatMap(({ message, receipt }) => Array.from({ length: receipt.posts }, () => sendgridEvent(message, receipt)));
  const told = await postAsSendgrid(signingKey, eventsUrl, events, Math.floor(last.receipt.at / SECOND));
  const taken = told !== null && told < 300;
  for (const { receipt } of batch) note(deps, receipt, told, taken ? null : later(receipt, SENDGRID_RETRIES_MS[receipt.tries]));
  if (!taken) log.warn({ channel: 'email', events: events.length, status: told }, 'a batch of events was not taken');
}
