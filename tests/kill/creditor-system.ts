/** A creditor's system that reports facts to the API while everything around it is killed: it asks again until it has a 2xx, and remembers what it was promised. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { agreementBody, creditorBody, daysAfter } from '../life/people.ts';

const CREDITOR = 'acme';
const INSTALMENT_MINOR = 90_000;
const INSTALMENTS = 6;
const PAYMENT_MINOR = 10_000;
const BETWEEN_MS = 400;
/** Once a lane has logged its agreements it goes on more slowly, so that a slow machine does not grow a portfolio that makes it slower. */
const LATER_BETWEEN_MS = 1_500;
const AGREEMENTS_A_LANE = 6;
const AGAIN_AFTER_MS = 150;
const TIMEOUT_MS = 8_000;
/** Every so manyth payment is reported twice at the same moment. */
const TWICE_EVERY = 3;
/** Then comes the next agreement: nobody pays one in a hundred parts, and histories are to be those of life. */
const PAYMENTS_AN_AGREEMENT = 6;

export interface Promised {
  /** What was reported, by agreement. */
  readonly payments: ReadonlyMap<string, readonly string[]>;
  readonly agreements: number;
  /** Reports that had no answer, or none below 500, and were made again. */
  readonly repeated: number;
}

export interface SystemOptions {
  /** Reports go to these in turn; the same payment at the same moment goes to the first and the last. */
  readonly apiUrls: readonly string[];
  readonly adminKey: string;
  readonly lanes: number;
  /** Business date, YYYY-MM-DD. */
  readonly today: string;
}

const paymentPage = z.object({ items: z.array(z.object({ externalId: z.string(), amountMinor: z.number() })), nextCursor: z.string().nullable() });

export class CreditorSystem {
  readonly #options: SystemOptions;
  readonly #payments = new Map<string, string[]>();
  readonly #stopping = new AbortController();
  #turn = 0;
  #repeated = 0;
  /** 2xx answers by API. */
  readonly answered = new Map<string, number>();

  constructor(options: SystemOptions) {
    this.#options = options;
  }

  /** Reports until `stop`; resolves when every report that was begun has its 2xx. */
  async run(): Promise<void> {
    await this.#report('/v1/creditors', creditorBody(CREDITOR));
    await Promise.all(Array.from({ length: this.#options.lanes }, (_none, lane) => this.#lane(lane)));
  }

  stop(): void {
    this.#stopping.abort();
  }

  promised(): Promised {
    return { payments: this.#payments, agreements: this.#payments.size, repeated: this.#repeated };
  }

  /** What the API knows of what it has accepted: the differences, in words; none is what one wants. */
  async differences(): Promise<string[]> {
    const found: string[] = [];
    for (const [agreement, reported] of this.#payments) {
      const known = await this.#known(agreement);
      const times = Map.groupBy(known, ({ externalId }) => externalId);
      for (const externalId of reported) if (times.get(externalId)?.length !== 1) found.push(`${externalId} is there ${times.get(externalId)?.length ?? 0} times`);
      for (const { externalId, amountMinor } of known) {
        if (!reported.includes(externalId)) found.push(`${externalId} was never reported`);
        if (amountMinor !== PAYMENT_MINOR) found.push(`${externalId} is booked with ${amountMinor}`);
      }
    }
    return found;
  }

  async #lane(lane: number): Promise<void> {
    const agreements: string[] = [];
    for (let turn = 0; !this.#stopping.signal.aborted; turn += 1) {
      const growing = agreements.length < AGREEMENTS_A_LANE;
      if (growing && turn % PAYMENTS_AN_AGREEMENT === 0) agreements.push(await this.#logAgreement(`K-${lane}-${agreements.length}`));
      const agreement = growing ? agreements.at(-1) : agreements[turn % agreements.length];
      if (agreement !== undefined) await this.#pay(agreement, `${agreement}.p${turn}`, turn % TWICE_EVERY === 0);
      await sleep(growing ? BETWEEN_MS : LATER_BETWEEN_MS);
    }
  }

  async #logAgreement(externalId: string): Promise<string> {
    const { today } = this.#options;
    await this.#report('/v1/agreements', agreementBody({
      creditorId: CREDITOR, externalId, email: `${externalId.toLowerCase()}@example.org`, phone: phoneOf(externalId),
      instalments: Array.from({ length: INSTALMENTS }, (_none, index) => ({ number: index + 1, dueOn: daysAfter(today, 4 + index * 30), amountMinor: INSTALMENT_MINOR })),
    }));
    this.#payments.set(externalId, []);
    return externalId;
  }

  async #pay(agreement: string, externalId: string, twice: boolean): Promise<void> {
    const path = `/v1/agreements/${CREDITOR}%2F${agreement}/payments`;
    const body = { externalId, amountMinor: PAYMENT_MINOR, currency: 'CLP', paidAt: '2026-01-05T12:00:00Z' };
    const { apiUrls } = this.#options;
    if (twice) await Promise.all([apiUrls[0], apiUrls.at(-1)].map((url) => this.#report(path, body, url)));
    else await this.#report(path, body);
    this.#payments.get(agreement)?.push(externalId);
  }

  /** Asks again until it is accepted; an answer below 500 that is no 2xx is a fault of the test. */
  async #report(path: string, body: unknown, apiUrl = this.#next()): Promise<void> {
    for (;;) {
      const response = await this.#ask(apiUrl, path, { method: 'POST', body: JSON.stringify(body) });
      if (response?.ok === true) {
        this.answered.set(apiUrl, (this.answered.get(apiUrl) ?? 0) + 1);
        return;
      }
      if (response !== null && response.status < 500) throw new Error(`${path} was refused with ${response.status}: ${response.text}`);
      this.#repeated += 1;
      await sleep(AGAIN_AFTER_MS);
    }
  }

  #next(): string {
    const { apiUrls } = this.#options;
    this.#turn += 1;
    return apiUrls[this.#turn % apiUrls.length] ?? '';
  }

  async #known(agreement: string): Promise<z.output<typeof paymentPage>['items']> {
    const items: z.output<typeof paymentPage>['items'] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const response = await this.#ask(this.#next(), `/v1/agreements/${CREDITOR}%2F${agreement}/payments?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`, {});
      const page = paymentPage.parse(JSON.parse(response?.text ?? ''));
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  /** null: no whole answer came. */
  async #ask(apiUrl: string, path: string, init: RequestInit): Promise<{ ok: boolean; status: number; text: string } | null> {
    try {
      const headers = { authorization: `Bearer ${this.#options.adminKey}`, ...(init.body === undefined ? {} : { 'content-type': 'application/json' }) };
      const response = await fetch(`${apiUrl}${path}`, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      return { ok: response.ok, status: response.status, text: await response.text() };
    } catch {
      return null;
    }
  }
}

/** A number for each, of a block of mobile numbers. */
function phoneOf(externalId: string): string {
  const digits = Buffer.from(externalId).reduce((sum, byte) => (sum * 31 + byte) % 1_000_000, 7);
  return `+56961${String(digits).padStart(6, '0')}`;
}
