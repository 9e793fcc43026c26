/** The providers: are they set up, do they take our credentials, may anything leave? */
import { checkSendgrid, checkSmtp, checkTwilio, type CredentialCheck } from '../../channels/credentials.ts';
import { wallNow } from '../../clock.ts';
import type { Config } from '../../config.ts';
import { ok, PATIENCE_MS, skewOf, warn, wrong, type Check } from './check.ts';

/** Dates of HTTP have whole seconds. Signatures of webhooks are refused minutes earlier or later. */
const MOST_SKEW_MS = 30_000;

type ProviderConfig = Pick<Config, 'twilio' | 'sendgrid' | 'smtpUrl' | 'emailProvider' | 'send'>;

/** All checks of what sends. */
export async function checkProviders(config: ProviderConfig): Promise<Check[]> {
  const sentAt = wallNow();
  const [sms, email] = await Promise.all([checkSms(config), checkEmail(config)]);
  return [sms.check, email.check, ...skew([sms.answer, email.answer], sentAt), switches(config)];
}

interface Asked {
  readonly check: Check;
  readonly answer: CredentialCheck | null;
}

async function checkSms({ twilio }: ProviderConfig): Promise<Asked> {
  if (twilio === null) return { check: warn('twilio', 'Not set up: no SMS leaves.', 'Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and a sender, or leave it so.'), answer: null };
  const [token = ''] = twilio.authTokens;
  const [user, secret] = twilio.apiKeySid !== null && twilio.apiKeySecret !== null ? [twilio.apiKeySid, twilio.apiKeySecret] : [twilio.accountSid, token];
  const answer = await checkTwilio({ accountSid: twilio.accountSid, user, secret, baseUrl: twilio.baseUrl }, PATIENCE_MS);
  return { answer, check: judge('twilio', answer, 'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or the API key)') };
}

async function checkEmail({ emailProvider, sendgrid, smtpUrl }: ProviderConfig): Promise<Asked> {
  if (emailProvider === 'sendgrid' && sendgrid !== null) {
    const answer = await checkSendgrid(sendgrid.apiKey, sendgrid.baseUrl, PATIENCE_MS);
    if (answer.kind === 'accepted' && sendgrid.webhookPublicKey === null) {
      return { answer, check: warn('sendgrid', 'Takes our key; its events are refused, because they cannot be verified.', 'Turn on the signed event webhook and set SENDGRID_WEBHOOK_PUBLIC_KEY.') };
    }
    return { answer, check: judge('sendgrid', answer, 'SENDGRID_API_KEY (it needs the scope mail.send)') };
  }
  if (smtpUrl === null) return { check: warn('e-mail', 'Not set up: no e-mail leaves.', 'Set SENDGRID_API_KEY and SENDGRID_FROM, or SMTP_URL, or leave it so.'), answer: null };
  const answer = await checkSmtp(smtpUrl, PATIENCE_MS);
  return { answer, check: judge('smtp', answer, 'SMTP_URL') };
}

function judge(name: string, answer: CredentialCheck, variables: string): Check {
  switch (answer.kind) {
    case 'accepted': return ok(name, 'Takes our credentials.');
    case 'refused': return wrong(name, `Refuses our credentials (${answer.code}).`, `Check ${variables}.`);
    case 'unreachable': return wrong(name, `Does not answer (${answer.code}).`, `Check the network, and the address in ${variables}.`);
  }
}

function skew(answers: readonly (CredentialCheck | null)[], sentAt: number): Check[] {
  const times = answers.flatMap((answer) => (answer?.kind === 'accepted' && answer.serverTime !== null ? [answer.serverTime] : []));
  const [theirs] = times;
  if (theirs === undefined) return [];
  const seconds = Math.round(skewOf(theirs, sentAt, wallNow()) / 1_000);
  const found = `About ${seconds} s from a provider's.`;
  return [Math.abs(seconds) * 1_000 <= MOST_SKEW_MS ? ok('clock', found) : wrong('clock', found, 'Let NTP set the clock of this machine: hours of contact and signatures depend on it.')];
}

function switches({ send }: ProviderConfig): Check {
  if (send === 'on') return ok('PACTO_SEND', 'on: messages leave.');
  return warn('PACTO_SEND', send === 'off' ? 'off: nothing leaves; steps that come due wait, and expire with an entry.' : 'allowlist: only its recipients get messages; the steps of all others wait, and expire with an entry.', 'Set PACTO_SEND=on for real operation.');
}
