/** What the address itself decides: an SMS to a landline, a mail to nobody. Not a fault of the hour, so clearing the faults leaves it. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Fault } from './fault-kinds.ts';
import type { SandboxMessage } from './journal.ts';

/** Mail to `no-existe…@` bounces, whatever the domain; a mail server refuses it at once. */
const NO_MAILBOX = /^no-existe/i;

/** Chile's plan for numbers is one for all, but mobiles begin with 9. */
const CHILEAN_LANDLINE = /^\+56[2-8]/;

/** The delivery that such an address can have; undefined: an ordinary one. */
export function natureOf({ provider, channel, to }: Pick<SandboxMessage, 'provider' | 'channel' | 'to'>): Fault | undefined {
  if (provider === 'twilio' && isLandline(to)) return { channel, kind: 'landline' };
  if (provider === 'sendgrid' && isNobody(to)) return { channel, kind: 'bounce' };
  return undefined;
}

export function isNobody(address: string): boolean {
  return NO_MAILBOX.test(address);
}

export function isLandline(phone: string): boolean {
  return CHILEAN_LANDLINE.test(phone) || parsePhoneNumberFromString(phone)?.getType() === 'FIXED_LINE';
}
