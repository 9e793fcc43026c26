/** `/p/{token}`: looking changes nothing, because scanners look; the button begins the payment at the provider. `/p/back/{reference}`: the payer is back. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PaymentDeps } from '../register/payments/deps.ts';
import { paymentPage, type PaymentPage } from '../register/payments/link.ts';
import { beginPayment, payerReturned } from '../register/payments/order.ts';
import { formatAmount } from '../text/amount.ts';
import { localeFor } from '../text/locale.ts';
import { initialsOf, languageLinks } from './debtor-view.ts';
import { pageLanguage, wordsIn, type PageLanguage } from './debtor-words.ts';
import { notice, pageSender, type Notice, type View } from './page.ts';
import { PAYMENT_WORDS } from './payment-words.ts';

export interface PaymentPagesDeps {
  readonly payments: PaymentDeps;
  readonly rateLimit: { readonly max: number; readonly timeWindow: number } | false;
}

const token = z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{20,100}$/) });
const reference = z.object({ reference: z.string().regex(/^[A-Za-z0-9_-]{20,100}$/) });
const query = z.looseObject({ lang: z.string().max(10).optional() }).catch({});
const choice = z.object({ what: z.enum(['due', 'all']) });

/** Registers the pages; form bodies are parsed by whoever registers them. */
export async function paymentPages(app: FastifyInstance, { payments, rateLimit }: PaymentPagesDeps): Promise<void> {
  const send = pageSender();
  const config = { rateLimit };
  const answer = (reply: FastifyReply, view: View): FastifyReply => send(reply.header('content-security-policy', policyFor(payments.publicBaseUrl)), view);
  app.setErrorHandler((error, request, reply) => {
    const language = languageOf(request, '');
    const words = wordsIn(language);
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 429) return answer(reply, said(language, { kind: 'closed', status: 429, title: words.tooManyTitle, text: words.tooMany }));
    payments.ctx.log.error({ err: error, requestId: request.id }, 'the payment page failed');
    return answer(reply, said(language, { kind: 'closed', status: 500, title: words.failedTitle, text: words.failed }));
  });
  app.get('/p/:token', { config }, async (request, reply) => answer(reply, await show(payments, request)));
  app.post('/p/:token', { config }, async (request, reply) => {
    const begun = await begin(payments, request);
    return typeof begun === 'string' ? reply.header('cache-control', 'no-store').redirect(begun, 303) : answer(reply, begun);
  });
  for (const method of ['GET', 'POST'] as const) {
    app.route({ method, url: '/p/back/:reference', config, handler: async (request, reply) => answer(reply, await back(payments, request)) });
  }
}

/** A browser also asks this rule when a form's answer leads elsewhere: the payer goes on at the provider. */
function policyFor(publicBaseUrl: string): string {
  const elsewhere = publicBaseUrl.startsWith('https:') ? 'https:' : 'https: http:';
  return `default-src 'none';style-src 'self';img-src 'self';form-action 'self' ${elsewhere};base-uri 'none';frame-ancestors 'none'`;
}

function languageOf(request: FastifyRequest, personLanguage: string): PageLanguage {
  return pageLanguage(query.parse(request.query ?? {}).lang, personLanguage);
}

type Open = PaymentPage & { readonly amounts: NonNullable<PaymentPage['amounts']> };

async function look(payments: PaymentDeps, request: FastifyRequest): Promise<{ page: Open; language: PageLanguage } | View> {
  const given = token.safeParse(request.params);
  const page = given.success ? await paymentPage(payments, given.data.token) : null;
  const language = languageOf(request, page?.language ?? '');
  if (page === null || page.amounts === null) return closed(language, page === null ? 404 : 410);
  return { page: { ...page, amounts: page.amounts }, language };
}

function closed(language: PageLanguage, status: number): View {
  const words = PAYMENT_WORDS[language];
  return said(language, { kind: 'closed', status, title: words.closedTitle, text: words.closed });
}

async function show(payments: PaymentDeps, request: FastifyRequest): Promise<View> {
  const seen = await look(payments, request);
  if ('template' in seen) return seen;
  const { page: { firm, country, currency, amounts }, language } = seen;
  const words = PAYMENT_WORDS[language];
  const money = (minor: number): string => formatAmount(minor, currency, localeFor(language, country));
  return {
    status: 200, template: 'payment.eta',
    data: {
      title: words.title, lang: language, skip: wordsIn(language).skip, words, firm, initials: initialsOf(firm), due: money(amounts.dueMinor),
      all: amounts.allMinor > amounts.dueMinor ? money(amounts.allMinor) : null, languages: languageLinks(language), languageNav: wordsIn(language).languageNav,
    },
  };
}

/** The address to go on at, or a page. */
async function begin(payments: PaymentDeps, request: FastifyRequest): Promise<string | View> {
  const seen = await look(payments, request);
  if ('template' in seen) return seen;
  const { page, language } = seen;
  const wanted = choice.safeParse(request.body ?? {});
  const begun = await beginPayment(payments, page.link.id, wanted.success ? wanted.data.what : 'due', page.language);
  const [words, general] = [PAYMENT_WORDS[language], wordsIn(language)];
  switch (begun.kind) {
    case 'closed': return closed(language, 410);
    case 'tooMany': return said(language, { kind: 'closed', status: 429, title: general.tooManyTitle, text: general.tooMany });
    case 'failed': return said(language, { kind: 'closed', status: 502, title: words.failedTitle, text: words.failed });
    case 'started': {
      const { payUrl, form } = begun.started;
      if (form === undefined) return payUrl;
      const fields = Object.entries(form).map(([name, value]) => ({ name, value }));
      return { status: 200, template: 'payment-on.eta', data: { title: words.onTitle, lang: language, skip: general.skip, words, action: payUrl, fields } };
    }
  }
}

/** Webpay's way of saying that the payer left without paying; a time that ran out comes without any token. */
const abandoned = z.union([z.looseObject({ TBK_TOKEN: z.string() }), z.looseObject({ TBK_ID_SESION: z.string() })]);

function gaveUp(request: FastifyRequest): boolean {
  return [request.query, request.body].some((fields) => abandoned.safeParse(fields).success);
}

async function back(payments: PaymentDeps, request: FastifyRequest): Promise<View> {
  const given = reference.safeParse(request.params);
  const returned = given.success ? await payerReturned(payments, given.data.reference, { gaveUp: gaveUp(request) }) : null;
  const language = languageOf(request, returned?.language ?? '');
  const words = PAYMENT_WORDS[language];
  switch (returned?.state) {
    case undefined: return closed(language, 404);
    case 'paid': return said(language, { kind: 'thanks', status: 200, title: words.paidTitle, text: words.paid });
    case 'failed': return said(language, { kind: 'closed', status: 200, title: words.failedTitle, text: words.failed });
    case 'waiting': return said(language, { kind: 'closed', status: 200, title: words.waitingTitle, text: words.waiting });
  }
}

function said(lang: PageLanguage, shown: Notice): View {
  const view = notice(shown);
  return { ...view, data: { ...view.data, lang, skip: wordsIn(lang).skip } };
}
