/** A payer with the link of a message: opens the page, goes on to the bank, does there what he has a mind to, comes back. As a browser would, without one. */
import type { PayerAct } from '../provider/bank/payer.ts';

export type PaidByLink =
  /** `page`: the last page that the payer saw; it need not say that anything was paid. */
  | { readonly kind: 'done'; readonly page: string }
  /** The link does not open, or the payment could not be begun. */
  | { readonly kind: 'refused'; readonly status: number };

interface Page {
  readonly status: number;
  readonly url: string;
  readonly html: string;
}

interface Form {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 30_000;
const MOST_STEPS = 8;

/** `what`: what is due, or all. Throws only where somebody cannot be reached. */
export async function payByLink(link: string, what: 'due' | 'all', act: PayerAct): Promise<PaidByLink> {
  const opened = await browse(link, null);
  if (opened.status !== 200) return { kind: 'refused', status: opened.status };
  const begun = await browse(link, { what });
  if (begun.status !== 200) return { kind: 'refused', status: begun.status };
  const bank = await onwards(begun);
  const form = formOf(bank.html);
  if (bank.status !== 200 || form === null) return { kind: 'refused', status: bank.status };
  const last = await browse(new URL(form.action, bank.url).href, { ...form.fields, act });
  return last.status === 200 ? { kind: 'done', page: last.html } : { kind: 'refused', status: last.status };
}

/** A page of ours that says "go on" has a form to the bank; whoever was redirected is there already. */
async function onwards(page: Page): Promise<Page> {
  const form = formOf(page.html);
  return form === null || form.fields['token_ws'] === undefined ? page : browse(form.action, form.fields);
}

/** GET, or POST of a form; redirects are followed by GET, as browsers do after 303. */
async function browse(address: string, fields: Readonly<Record<string, string>> | null): Promise<Page> {
  let [url, body] = [address, fields];
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const response = await fetch(url, {
      redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === null ? {} : { method: 'POST', body: new URLSearchParams(body) }),
    });
    const location = response.headers.get('location');
    const html = await response.text();
    if (response.status < 300 || response.status > 399 || location === null) return { status: response.status, url, html };
    [url, body] = [new URL(location, url).href, null];
  }
  return { status: 508, url, html: '' };
}

/** The page's form: where it leads, and its hidden fields. Our own pages only: this reads no other markup. */
function formOf(html: string): Form | null {
  const action = /<form\b[^<>]*\baction="([^"]+)"/.exec(html)?.[1];
  if (action === undefined) return null;
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  return { action: unescaped(action), fields: Object.fromEntries(hidden.map((found) => [found[1] ?? '', unescaped(found[2] ?? '')])) };
}

function unescaped(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
