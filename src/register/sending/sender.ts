/** Who a message comes from: the creditor's own number or address, else the installation's. */
import type { EmailSender, SmsSender } from '../../channels/channel.ts';
import type { CreditorRow } from '../../db/creditors.ts';
import type { MessageChannel } from '../../strategy/strategy.ts';

export interface Sender {
  /** Names the sender in the stop setting: `sms:default`, `email:cobranza@example.org`. */
  readonly id: string;
  readonly sms: SmsSender | null;
  readonly email: EmailSender | null;
}

/** The name that writes: the firm that collects, or the creditor itself. */
export function firmOf(creditor: Pick<CreditorRow, 'name' | 'settings'>): string {
  return creditor.settings.firm ?? creditor.name;
}

export function senderOf(creditor: Pick<CreditorRow, 'name' | 'settings'>, channel: MessageChannel): Sender {
  const { smsFrom, emailFrom } = creditor.settings.senders ?? {};
  const own = channel === 'sms' ? smsFrom : emailFrom;
  const id = `${channel}:${own ?? 'default'}`;
  if (own === undefined) return { id, sms: null, email: null };
  if (channel === 'email') return { id, sms: null, email: { address: own, name: firmOf(creditor) } };
  return { id, sms: own.startsWith('MG') ? { kind: 'messagingService', sid: own } : { kind: 'number', number: own }, email: null };
}
