/** `/d/{token}`: who writes; after the second factor what is owed, why, and everything that can be done about it. Works without script. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { debtorDoor, debtorPlan, type DebtorDoor } from '../register/debtor-page.ts';
import type { PaymentDeps } from '../register/payments/deps.ts';
import { endPage, formKeyOf, SESSION_LASTS } from '../register/second-factor.ts';
import { localeFor } from '../text/locale.ts';
import { callPage } from './debtor/call-page.ts';
import { contactPage } from './debtor/contact-page.ts';
import { datePage } from './debtor/date-page.ts';
import { disputePage } from './debtor/dispute-page.ts';
import { actAtDoor, doorPage, type DoorDeps } from './debtor/door-page.ts';
import { readForm } from './debtor/form.ts';
import { instalmentsPage } from './debtor/instalments-page.ts';
import { payAddress, planPage } from './debtor/plan-page.ts';
import { plain, unknownPage } from './debtor/plain.ts';
import { receiptsPage } from './debtor/receipts-page.ts';
import { addressOf, type OpenVisit, type Section } from './debtor/visit.ts';
import { actWords } from './debtor/words.ts';
import { pageLanguage, wordsIn, type PageLanguage } from './debtor-words.ts';
import { pageSender, type View } from './page.ts';

export interface DebtorPagesDeps extends DoorDeps {
  readonly payments: PaymentDeps;
  /** Requests of one address in so many wall milliseconds; false: no limit. */
  readonly rateLimit: { readonly max: number; readonly timeWindow: number } | false;
  /** Whether a browser reaches us by https: then a cookie never travels otherwise. */
  readonly secure: boolean;
}

const SECTIONS: Readonly<Record<string, Section>> = { date: datePage, call: callPage, dispute: disputePage, contact: contactPage, receipts: receiptsPage, plan: instalmentsPage };

/** A token as we make them; anything else names nothing and is not looked up. */
const path = z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{20,100}$/), section: z.string().optional() });
const word = z.string().max(40).optional().catch(undefined);
const query = z.object({ lang: word, a: word, done: word, p: z.coerce.number().int().min(1).max(10_000).catch(1) }).catch({ p: 1 });
const COOKIE = 'pacto_d';

/** Registers the pages; form bodies are parsed by whoever registers them. */
export async function debtorPages(app: FastifyInstance, deps: DebtorPagesDeps): Promise<void> {
  const send = pageSender();
  const config = { rateLimit: deps.rateLimit };
  app.setErrorHandler((error, request, reply) => send(reply, failed(deps, error, request)));
  for (const url of ['/d/:token', '/d/:token/:section']) {
    app.get(url, { config }, async (request, reply) => answer(send, reply, await show(deps, request)));
    app.post(url, { config }, async (request, reply) => answer(send, reply, await act(deps, request)));
  }
}

/** A page, or where to look; `session` goes into the cookie, empty takes it away. */
type Answer = View | { readonly to: string; readonly cookie?: string };

/** What was done is seen by GET: going back or reloading does nothing again. */
function answer(send: ReturnType<typeof pageSender>, reply: FastifyReply, given: Answer): FastifyReply {
  if ('template' in given) return send(reply, given);
  if (given.cookie !== undefined) reply.header('set-cookie', given.cookie);
  return reply.header('cache-control', 'no-store').redirect(given.to, 303);
}

function failed(deps: DebtorPagesDeps, error: unknown, request: FastifyRequest): View {
  const language = pageLanguage(query.parse(request.query ?? {}).lang, '');
  const words = wordsIn(language);
  const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status === 429) {
    deps.ctx.log.warn({ requestId: request.id }, "one address asked for debtors' pages too often");
    return plain(language, { status, title: words.tooManyTitle, text: words.tooMany });
  }
  if (status >= 500) deps.ctx.log.error({ err: error, requestId: request.id }, "a debtor's page failed");
  return plain(language, { status, title: words.failedTitle, text: words.failed });
}

interface Seen {
  readonly token: string;
  /** null: the plan itself. */
  readonly section: string | null;
  readonly session: string | null;
  readonly asked: z.output<typeof query>;
  readonly door: DebtorDoor;
  readonly language: PageLanguage;
}

async function look({ ctx }: DebtorPagesDeps, request: FastifyRequest): Promise<Seen | View> {
  const [given, asked, session] = [path.safeParse(request.params), query.parse(request.query ?? {}), sessionOf(request)];
  const door = given.success ? await debtorDoor(ctx, given.data.token, session) : null;
  if (!given.success || door === null) return unknownPage(pageLanguage(asked.lang, ''));
  return { token: given.data.token, section: given.data.section ?? null, session, asked, door, language: pageLanguage(asked.lang, door.writer.language) };
}

function sessionOf(request: FastifyRequest): string | null {
  return /(?:^|;\s*)pacto_d=([A-Za-z0-9_-]{20,100})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1] ?? null;
}

function carryOf({ asked, language }: Seen): Record<string, string> {
  return asked.lang === undefined ? {} : { lang: language };
}

function doorAddress(seen: Seen): string {
  return addressOf({ base: `/d/${seen.token}`, carry: carryOf(seen) }, null);
}

/** The visit of somebody who has passed; null for everybody else. */
async function visitOf(deps: DebtorPagesDeps, seen: Seen): Promise<OpenVisit | null> {
  const { door, session, asked, language, token } = seen;
  const plan = door.state === 'open' && session !== null ? await debtorPlan(deps.ctx, door.link) : null;
  const agreement = plan?.agreements.find(({ key }) => key === asked.a) ?? plan?.agreements[0];
  if (door.state !== 'open' || session === null || plan === null || agreement === undefined) return null;
  return {
    ctx: deps.ctx, payments: deps.payments, link: door.link, writer: door.writer, plan, agreement, asked: { done: asked.done ?? null, page: asked.p }, language, locale: localeFor(language, door.writer.country),
    words: wordsIn(language), say: actWords(language), csrf: formKeyOf(session), base: `/d/${token}`, section: seen.section, carry: { ...carryOf(seen), ...(agreement.key === asked.a ? { a: agreement.key } : {}) },
  };
}

async function show(deps: DebtorPagesDeps, request: FastifyRequest): Promise<Answer> {
  const seen = await look(deps, request);
  if ('template' in seen) return seen;
  const section = sectionOf(seen);
  if (section === undefined) return unknownPage(seen.language);
  const visit = await visitOf(deps, seen);
  if (visit !== null) return section === null ? planPage(visit) : section.show(visit);
  if (seen.door.state === 'open') return unknownPage(seen.language);
  return section === null ? doorPage(deps, { door: seen.door, language: seen.language }) : { to: doorAddress(seen) };
}

/** null: the plan; undefined: there is no such page. */
function sectionOf({ section }: Seen): Section | null | undefined {
  return section === null ? null : Object.hasOwn(SECTIONS, section) ? SECTIONS[section] : undefined;
}

async function act(deps: DebtorPagesDeps, request: FastifyRequest): Promise<Answer> {
  const seen = await look(deps, request);
  if ('template' in seen) return seen;
  const section = sectionOf(seen);
  if (section === undefined) return unknownPage(seen.language);
  if (seen.door.state !== 'open') {
    // Somebody whose session ended while a form was being filled: first the door again. Nothing of the form is read.
    if (section !== null) return { to: doorAddress(seen) };
    const done = await actAtDoor(deps, { door: seen.door, language: seen.language }, await readForm(request));
    return 'template' in done ? done : { to: doorAddress(seen), cookie: cookieOf(seen.token, done.session, deps.secure) };
  }
  const visit = await visitOf(deps, seen);
  return visit === null ? unknownPage(seen.language) : actInside(deps, request, seen, visit, section);
}

async function actInside(deps: DebtorPagesDeps, request: FastifyRequest, seen: Seen, visit: OpenVisit, section: Section | null): Promise<Answer> {
  const filled = await readForm(request);
  if (filled.text('csrf') !== visit.csrf || !z.uuid().safeParse(filled.text('once')).success) {
    const wrong = { page: visit.say.again };
    return section === null ? planPage(visit, wrong) : section.again(visit, filled, wrong);
  }
  if (section !== null) {
    const done = await section.act(visit, filled);
    return 'template' in done ? done : { to: addressOf(visit, seen.section, { done: done.done }) };
  }
  switch (filled.text('do')) {
    case 'leave':
      await endPage(deps.ctx, visit.link, seen.session);
      return { to: doorAddress(seen), cookie: cookieOf(seen.token, '', deps.secure) };
    case 'pay': {
      const to = await payAddress(visit);
      return to === null ? planPage(visit, { page: visit.say.payGone }) : { to };
    }
    default: return planPage(visit);
  }
}

function cookieOf(given: string, session: string, secure: boolean): string {
  const lasts = session === '' ? 0 : Math.floor(SESSION_LASTS / 1000);
  return `${COOKIE}=${session}; Path=/d/${given}; Max-Age=${lasts}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
