/** `/d/{token}`: who writes; after the second factor what is owed, why, and how to get it right. Works without script. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MINUTE } from '../domain/zone.ts';
import { debtorDoor, debtorPlan, type DebtorDoor, type Writer } from '../register/debtor-page.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import { endPage, SESSION_LASTS, tryCode, tryDigits, type Passing } from '../register/second-factor.ts';
import { notMe } from '../register/unsubscribe.ts';
import { languageLinks, planView, writerView } from './debtor-view.ts';
import { pageLanguage, wordsIn, type DebtorWords, type PageLanguage } from './debtor-words.ts';
import { notice, pageSender, type View } from './page.ts';

export interface DebtorPagesDeps {
  readonly ctx: RegisterContext;
  /** Requests of one address in so many wall milliseconds; false: no limit. */
  readonly rateLimit: { readonly max: number; readonly timeWindow: number } | false;
  /** Whether a browser reaches us by https: then a cookie never travels otherwise. */
  readonly secure: boolean;
  /** Sends a code to the contact point of a link; false when nothing may or can leave now. null: this process sends nothing. */
  readonly sendCode: ((linkId: string, language: string) => Promise<boolean>) | null;
}

/** A token as we make them; anything else names nothing and is not looked up. */
const token = z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{20,100}$/) });
const query = z.object({ lang: z.string().max(10).optional() }).catch({});
const text = z.string().max(40).optional().catch(undefined);
const form = z.object({ do: text, digits: text, code: text }).catch({});
const COOKIE = 'pacto_d';

type Shown = View | { readonly session: string } | { readonly left: true };

/** Registers the page; form bodies are parsed by whoever registers it. */
export async function debtorPages(app: FastifyInstance, deps: DebtorPagesDeps): Promise<void> {
  const send = pageSender();
  const config = { rateLimit: deps.rateLimit };
  app.setErrorHandler((error, request, reply) => {
    const words = wordsIn(pageLanguage(askedFor(request), ''));
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 429) return send(reply, plain(words, { status: 429, title: words.tooManyTitle, text: words.tooMany }));
    deps.ctx.log.error({ err: error, requestId: request.id }, "a debtor's page failed");
    return send(reply, plain(words, { status: 500, title: words.failedTitle, text: words.failed }));
  });
  app.get('/d/:token', { config }, async (request, reply) => send(reply, await show(deps, request)));
  app.post('/d/:token', { config }, async (request, reply) => {
    const shown = await act(deps, request);
    if ('template' in shown) return send(reply, shown);
    const given = token.parse(request.params).token;
    // Seen by GET: going back or reloading sends nothing again.
    return reply.header('set-cookie', cookieOf(given, 'session' in shown ? shown.session : '', deps.secure)).redirect(`/d/${given}${languageQuery(request)}`, 303);
  });
}

function askedFor(request: FastifyRequest): string | undefined {
  return query.parse(request.query ?? {}).lang;
}

function languageQuery(request: FastifyRequest): string {
  const asked = askedFor(request);
  return asked === undefined ? '' : `?lang=${pageLanguage(asked, '')}`;
}

function cookieOf(given: string, session: string, secure: boolean): string {
  const lasts = session === '' ? 0 : Math.floor(SESSION_LASTS / 1000);
  return `${COOKIE}=${session}; Path=/d/${given}; Max-Age=${lasts}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

function sessionOf(request: FastifyRequest): string | null {
  return /(?:^|;\s*)pacto_d=([A-Za-z0-9_-]{20,100})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1] ?? null;
}

interface Visit {
  readonly door: DebtorDoor;
  readonly language: PageLanguage;
  readonly words: DebtorWords;
}

async function visit({ ctx }: DebtorPagesDeps, request: FastifyRequest): Promise<Visit | View> {
  const given = token.safeParse(request.params);
  const door = given.success ? await debtorDoor(ctx, given.data.token, sessionOf(request)) : null;
  const language = pageLanguage(askedFor(request), door?.writer.language ?? '');
  const words = wordsIn(language);
  if (door === null) return plain(words, { status: 404, title: words.unknownTitle, text: words.unknown });
  return { door, language, words };
}

async function show(deps: DebtorPagesDeps, request: FastifyRequest): Promise<View> {
  const seen = await visit(deps, request);
  if ('template' in seen) return seen;
  return seen.door.state === 'open' ? planPage(deps, seen) : doorPage(deps, seen);
}

/** What a form asks for: the digits, a code, to be sent one, that it is somebody else, or to close the page. */
async function act(deps: DebtorPagesDeps, request: FastifyRequest): Promise<Shown> {
  const seen = await visit(deps, request);
  if ('template' in seen) return seen;
  const { door, words, language } = seen;
  const filled = form.parse(request.body ?? {});
  if (door.state === 'open') {
    if (filled.do !== 'leave') return planPage(deps, seen);
    await endPage(deps.ctx, door.link, sessionOf(request));
    return { left: true };
  }
  if (door.state !== 'ask') return doorPage(deps, seen);
  if (filled.do === 'notMe') {
    await notMe(deps.ctx, door.link, words.notMe);
    return plain(words, { status: 200, title: words.thanksNotMeTitle, text: words.thanksNotMe, good: true });
  }
  if (filled.do === 'sendCode' && mayAskCode(deps, door)) return doorPage(deps, seen, { sent: (await deps.sendCode?.(door.link.id, language)) ?? false });
  // An empty field is no try.
  if ((filled.code ?? '').trim() === '' && (filled.digits ?? '').trim() === '') return doorPage(deps, seen);
  const passing = filled.code !== undefined && filled.code !== '' ? await tryCode(deps.ctx, door.link, filled.code) : await tryDigits(deps.ctx, door.link, filled.digits ?? '');
  return passing.kind === 'passed' ? { session: passing.session } : doorPage(deps, seen, { passing, byCode: filled.code !== undefined });
}

/** A code stands in only where there is no number to ask for: it proves less. */
function mayAskCode({ sendCode }: DebtorPagesDeps, door: DebtorDoor): boolean {
  return sendCode !== null && door.state === 'ask' && door.idType === null;
}

interface Tried {
  readonly passing?: Exclude<Passing, { kind: 'passed' }>;
  readonly byCode?: boolean;
  /** A code was asked for: whether it left. */
  readonly sent?: boolean;
}

function doorPage(deps: DebtorPagesDeps, { door, language, words }: Visit, tried: Tried = {}): View {
  const { writer } = door;
  if (door.state === 'expired') return plain(words, { status: 410, title: words.expiredTitle, text: words.expired, writer });
  if (door.state === 'locked') return lockedPage(words, writer, door.forMs);
  if (tried.passing?.kind === 'locked') return lockedPage(words, writer, tried.passing.forMs);
  const left = tried.passing?.kind === 'wrong' ? tried.passing.left : null;
  const idType = door.state === 'ask' ? door.idType : null;
  return {
    status: left !== null ? 422 : tried.sent === false ? 503 : 200, template: 'debtor-door.eta',
    data: {
      title: `${writer.firm}: ${words.message}`, lang: language, skip: words.skip, words, writer: writerView(writer), languages: languageLinks(language), doubt: words.doubt(writer.firm),
      label: idType === null ? null : words.digits(idName(idType, words), !LETTERS.has(idType)), numeric: idType !== null && !LETTERS.has(idType), hint: idType === 'rut' ? words.rutHint : words.digitsHint,
      error: left === null ? null : words.wrong(left), asksCode: mayAskCode(deps, door), codeSent: tried.sent === true || tried.byCode === true,
      codeFailed: tried.sent === false || (idType === null && deps.sendCode === null) ? words.codeFailed : null,
    },
  };
}

/** Ids that hold letters: a keypad of digits would not do. */
const LETTERS: ReadonlySet<string> = new Set(['curp', 'rfc', 'ce']);

/** Acronyms stand as they are; a passport-like number is a document. */
function idName(type: string, words: DebtorWords): string {
  return ['cc', 'ce', 'ci'].includes(type) ? words.document : type.toUpperCase();
}

function lockedPage(words: DebtorWords, writer: Writer, forMs: number | null): View {
  return plain(words, { status: 429, title: words.lockedTitle, text: forMs === null ? words.lockedForGood : words.lockedFor(Math.max(1, Math.ceil(forMs / MINUTE))), writer });
}

async function planPage({ ctx }: DebtorPagesDeps, { door, language, words }: Visit): Promise<View> {
  const plan = door.state === 'open' ? await debtorPlan(ctx, door.link) : null;
  if (plan === null) return plain(words, { status: 404, title: words.unknownTitle, text: words.unknown });
  return {
    status: 200, template: 'debtor-plan.eta',
    data: { title: door.writer.firm, lang: language, skip: words.skip, words, writer: writerView(door.writer), languages: languageLinks(language), ...planView(plan, door.writer, language) },
  };
}

interface Plain {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly good?: boolean;
  readonly writer?: Writer;
}

/** A page that only says something, and how to reach whoever writes. */
function plain(words: DebtorWords, { status, title, text: said, good = false, writer }: Plain): View {
  const view = writer === undefined ? null : writerView(writer);
  const reach = view === null ? [] : [view.phone === null ? null : `${words.callUs} ${view.phone}.`, view.email === null ? null : `${words.writeUs} ${view.email}.`];
  const told = [said, ...reach.filter((one) => one !== null)].join(' ');
  const shown = notice({ kind: good ? 'thanks' : 'closed', status, title, text: told });
  return { ...shown, data: { ...shown.data, lang: languageOf(words), skip: words.skip } };
}

function languageOf(words: DebtorWords): PageLanguage {
  return (['es', 'pt', 'en'] as const).find((one) => wordsIn(one) === words) ?? 'es';
}

