import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import sendgridClient from '@sendgrid/client';
import sendgridMail from '@sendgrid/mail';
import { runningCall } from './deadline.ts';

type Client = typeof sendgridClient;
type MailService = typeof sendgridMail;
type ClientRequest = Parameters<Client['createRequest']>[0];

/**
 * Both packages type only their ready-made singletons, on which two installations would overwrite each other's key.
 * The classes hang on them at run time: these are the only unchecked casts of the channels.
 */
const ClientClass = (sendgridClient as unknown as { readonly Client: new () => Client }).Client;
const MailServiceClass = (sendgridMail as unknown as { readonly MailService: new () => MailService }).MailService;

/** As in twilio-http.ts: no kept connections, because a stale one cannot be told from a lost answer. */
const connections = { httpAgent: new HttpAgent({ keepAlive: false }), httpsAgent: new HttpsAgent({ keepAlive: false }) };

/** SendGrid's client has no timeout, takes proxies from the environment and follows redirects, until told otherwise here. */
class BoundedClient extends ClientClass {
  override createRequest(data: ClientRequest): ClientRequest {
    // The mail's own headers stay in the body: the package would repeat them on the request.
    const { headers: _mailHeaders, ...bare } = data;
    const call = runningCall();
    return {
      ...super.createRequest(bare),
      ...connections,
      proxy: false,
      maxRedirects: 0,
      ...(call === undefined ? {} : { timeout: call.timeoutMs, signal: call.signal }),
    } as ClientRequest;
  }
}

/** A mail service of its own, with its own client; `baseUrl` is a stand-in for SendGrid's host. */
export function createMailService(apiKey: string, baseUrl?: string): MailService {
  const client = new BoundedClient();
  client.setApiKey(apiKey);
  // After the key, which resets it.
  if (baseUrl !== undefined) client.setDefaultRequest('baseUrl', `${baseUrl.replace(/\/+$/, '')}/`);
  const service = new MailServiceClass();
  service.setClient(client);
  return service;
}
