import twilio from 'twilio';
import { retryAfterMs, runningCall } from './deadline.ts';

type RequestOptions<TData> = Parameters<typeof twilio.RequestClient.prototype.request<TData>>[0];
type Answer<TData> = Awaited<ReturnType<typeof twilio.RequestClient.prototype.request<TData>>>;

/**
 * Twilio's HTTP client with three things it cannot be told by options: another base for every Twilio host, a deadline
 * per call, and the Retry-After header, which its errors drop.
 *
 * No kept connections: a request lost on one that the server had just closed looks like one lost after acceptance,
 * and a handshake per message is cheaper than an open question.
 */
export class TwilioHttpClient extends twilio.RequestClient {
  readonly #baseUrl: string | undefined;

  constructor(baseUrl: string | undefined) {
    super({ keepAlive: false, autoRetry: false });
    this.#baseUrl = baseUrl?.replace(/\/+$/, '');
    this.axios.interceptors.request.use((config) => {
      const signal = runningCall()?.signal;
      if (signal !== undefined) config.signal = signal;
      return config;
    });
  }

  override async request<TData>(options: RequestOptions<TData>): Promise<Answer<TData>> {
    const call = runningCall();
    const answer = await super.request<TData>({
      ...options,
      uri: this.#address(options.uri),
      allowRedirects: false,
      ...(call === undefined ? {} : { timeout: call.timeoutMs }),
    });
    if (call !== undefined) {
      const after = retryAfterMs(Reflect.get(Object(answer.headers), 'retry-after'));
      if (after !== undefined) call.retryAfterMs = after;
    }
    return answer;
  }

  #address(uri: string): string {
    if (this.#baseUrl === undefined) return uri;
    const url = new URL(uri);
    return `${this.#baseUrl}${url.pathname}${url.search}`;
  }
}
