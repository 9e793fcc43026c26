/** Posts webhooks as vendors do: signed, many at a time, and again with growing gaps until somebody takes them. */
import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { wallNow } from '../../src/clock.ts';
import { GENERIC_SIGNATURE_HEADER, signGeneric } from '../../src/channels/payments/generic.ts';
import { postAsSendgrid, postAsTwilio, readSigningKey } from '../../src/sandbox/provider/webhooks.ts';
import type { Secrets } from '../../src/sandbox/secrets.ts';
import type { Webhook } from './webhook-mix.ts';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** Half a minute with nobody there: more than two lives of an API. */
const MOST_TRIES = 20;
const PATIENCE_MS = 15_000;

export interface Vendors {
  readonly apiUrl: string;
  readonly secrets: Secrets;
  readonly lanes: number;
}

export class Sender {
  readonly #vendors: Vendors;
  readonly #signingKey: KeyObject;
  /** Deliveries that were answered 2xx. */
  taken = 0;
  /** Tries that had no answer, because the API was dead or died over it. */
  unanswered = 0;
  /** Tries that were answered 5xx. */
  failed = 0;
  /** Deliveries that were refused for good or never taken, in words. */
  readonly lost: string[] = [];

  constructor(vendors: Vendors) {
    this.#vendors = vendors;
    this.#signingKey = readSigningKey(vendors.secrets.sendgridSigningKey);
  }

  /** Resolves when every delivery is taken or lost. */
  async sendAll(deliveries: readonly Webhook[]): Promise<void> {
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let one = deliveries[next++]; one !== undefined; one = deliveries[next++]) await this.#deliver(one);
    };
    await Promise.all(Array.from({ length: this.#vendors.lanes }, lane));
  }

  async #deliver(webhook: Webhook): Promise<void> {
    let status: number | null = null;
    for (let tried = 1; tried <= MOST_TRIES; tried += 1) {
      status = await this.#post(webhook);
      if (status !== null && status < 300) {
        this.taken += 1;
        return;
      }
      if (status !== null && status < 500 && status !== 429) break;
      if (status === null) this.unanswered += 1;
      else this.failed += 1;
      await sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tried - 1)));
    }
    this.lost.push(`${webhook.kind} ${status ?? 'had no answer'}`);
  }

  #post(webhook: Webhook): Promise<number | null> {
    const { apiUrl, secrets } = this.#vendors;
    switch (webhook.kind) {
      case 'status': return postAsTwilio(secrets.twilioAuthToken, `${apiUrl}/webhooks/twilio/status/${webhook.attemptId}`, webhook.fields);
      case 'inbound': return postAsTwilio(secrets.twilioAuthToken, `${apiUrl}/webhooks/twilio/inbound`, webhook.fields);
      case 'events': return postAsSendgrid(this.#signingKey, `${apiUrl}/webhooks/sendgrid/events`, webhook.events, Math.floor(wallNow() / 1000));
      case 'payment': return postPayment(secrets.paymentWebhookSecret, `${apiUrl}/webhooks/payments/generic`, webhook.body);
    }
  }
}

async function postPayment(secret: string, url: string, body: string): Promise<number | null> {
  try {
    const headers = { 'content-type': 'application/json', [GENERIC_SIGNATURE_HEADER]: signGeneric(secret, body, wallNow()) };
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}
