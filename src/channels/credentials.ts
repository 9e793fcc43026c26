/** Whether a provider takes our credentials, by a call that sends nothing and changes nothing. */
import { createTransport } from 'nodemailer';
import { readFailure } from './call-failures.ts';

/** `serverTime`: the provider's clock (epoch ms, whole seconds) when its answer told it. `code` holds no key and no address. */
export type CredentialCheck =
  | { readonly kind: 'accepted'; readonly serverTime: number | null }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'unreachable'; readonly code: string };

const TWILIO = 'https://api.twilio.com';
const SENDGRID = 'https://api.sendgrid.com';

export interface TwilioCredentials {
  readonly accountSid: string;
  readonly user: string;
  readonly secret: string;
  /** A stand-in; null is Twilio. */
  readonly baseUrl: string | null;
}

/** Lists one message, which is what a look-up of an unknown outcome needs as well. */
export function checkTwilio(credentials: TwilioCredentials, timeoutMs: number): Promise<CredentialCheck> {
  const { accountSid, user, secret, baseUrl } = credentials;
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  return ask(`${baseUrl ?? TWILIO}/2010-04-01/Accounts/${accountSid}/Messages.json?PageSize=1`, authorization, timeoutMs);
}

/** Reads what the key may do; `refused` also when it may not send. */
export async function checkSendgrid(apiKey: string, baseUrl: string | null, timeoutMs: number): Promise<CredentialCheck> {
  let scopes = '';
  const check = await ask(`${baseUrl ?? SENDGRID}/v3/scopes`, `Bearer ${apiKey}`, timeoutMs, (body) => { scopes = body; });
  return check.kind === 'accepted' && !scopes.includes('"mail.send"') ? { kind: 'refused', code: 'mail.send is not among its scopes' } : check;
}

/** Connects and logs in; no mail is begun. */
export async function checkSmtp(url: string, timeoutMs: number): Promise<CredentialCheck> {
  const transport = createTransport({ url, connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs, disableFileAccess: true, disableUrlAccess: true });
  try {
    await transport.verify();
    return { kind: 'accepted', serverTime: null };
  } catch (error) {
    const { code = 'noAnswer' } = readFailure(error);
    return { kind: code === 'EAUTH' ? 'refused' : 'unreachable', code };
  } finally {
    transport.close();
  }
}

async function ask(url: string, authorization: string, timeoutMs: number, read?: (body: string) => void): Promise<CredentialCheck> {
  try {
    const answer = await fetch(url, { headers: { authorization }, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const body = await answer.text();
    if (!answer.ok) return { kind: answer.status < 500 ? 'refused' : 'unreachable', code: `http${answer.status}` };
    read?.(body);
    return { kind: 'accepted', serverTime: dateOf(answer) };
  } catch (error) {
    const { code } = readFailure(error);
    return { kind: 'unreachable', code: code ?? (error instanceof Error ? error.name : 'noAnswer') };
  }
}

/** The clock of whoever answered, epoch ms; null when it does not tell. */
export function dateOf(answer: Response): number | null {
  const at = Date.parse(answer.headers.get('date') ?? '');
  return Number.isNaN(at) ? null : at;
}
