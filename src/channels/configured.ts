/** The channels that the configuration of this installation names. */
import type { Config } from '../config.ts';
import { createChannels, type Channels } from './registry.ts';
import type { SmsSender } from './channel.ts';
import type { TwilioSettings } from './twilio-sms.ts';

/** Builds the adapters; a provider without settings is null. Throws ERR_CONFIG when the chosen e-mail provider is not set up. */
export function configuredChannels(config: Config, senderName = 'Pacto'): Channels {
  const { sendgrid, smtpUrl, smtpBounceAddress } = config;
  const mailFrom = sendgrid === null ? undefined : { address: sendgrid.from, name: senderName };
  return createChannels({
    twilio: twilioSettings(config),
    emailProvider: config.emailProvider,
    sendgrid: sendgrid === null ? null : {
      apiKey: sendgrid.apiKey,
      ...(sendgrid.baseUrl === null ? {} : { baseUrl: sendgrid.baseUrl }),
      ...(mailFrom === undefined ? {} : { defaultSender: mailFrom }),
    },
    smtp: smtpUrl === null ? null : {
      url: smtpUrl,
      ...(mailFrom === undefined ? {} : { defaultSender: mailFrom }),
      ...(smtpBounceAddress === null ? {} : { bounceAddress: smtpBounceAddress }),
    },
  });
}

function twilioSettings({ twilio, publicBaseUrl }: Config): TwilioSettings | null {
  if (twilio === null) return null;
  const [token = ''] = twilio.authTokens;
  const { apiKeySid, apiKeySecret, baseUrl } = twilio;
  const sender = smsSender(twilio);
  return {
    accountSid: twilio.accountSid,
    credentials: apiKeySid !== null && apiKeySecret !== null ? { kind: 'apiKey', sid: apiKeySid, secret: apiKeySecret } : { kind: 'authToken', token },
    ...(baseUrl === null ? {} : { baseUrl }),
    publicBaseUrl,
    ...(sender === undefined ? {} : { defaultSender: sender }),
  };
}

function smsSender({ messagingServiceSid, from }: NonNullable<Config['twilio']>): SmsSender | undefined {
  if (messagingServiceSid !== null) return { kind: 'messagingService', sid: messagingServiceSid };
  return from === null ? undefined : { kind: 'number', number: from };
}
