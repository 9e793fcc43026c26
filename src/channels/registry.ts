import { AppError } from '../errors.ts';
import type { EmailChannel, SmsChannel } from './channel.ts';
import { createSendgridEmail } from './sendgrid-email.ts';
import type { SendgridSettings } from './sendgrid-email.ts';
import { createSmtpEmail } from './smtp-email.ts';
import type { SmtpSettings } from './smtp-email.ts';
import { createTwilioSms } from './twilio-sms.ts';
import type { TwilioSettings } from './twilio-sms.ts';

/** Which providers an installation has; null = that channel does not exist here. */
export interface ChannelSettings {
  readonly twilio: TwilioSettings | null;
  readonly emailProvider: 'sendgrid' | 'smtp';
  readonly sendgrid: SendgridSettings | null;
  readonly smtp: SmtpSettings | null;
}

export interface Channels {
  readonly sms: SmsChannel | null;
  readonly email: EmailChannel | null;
}

/** The channels of an installation; ERR_CONFIG when the chosen e-mail provider has no settings but the other one has. */
export function createChannels(settings: ChannelSettings): Channels {
  return { sms: settings.twilio === null ? null : createTwilioSms(settings.twilio), email: createEmail(settings) };
}

function createEmail({ emailProvider, sendgrid, smtp }: ChannelSettings): EmailChannel | null {
  if (emailProvider === 'sendgrid' && sendgrid !== null) return createSendgridEmail(sendgrid);
  if (emailProvider === 'smtp' && smtp !== null) return createSmtpEmail(smtp);
  if (sendgrid === null && smtp === null) return null;
  const missing = emailProvider === 'sendgrid' ? 'SENDGRID_API_KEY' : 'SMTP_URL';
  throw new AppError('ERR_CONFIG', `EMAIL_PROVIDER is ${emailProvider}, but ${missing} is not set.`);
}
