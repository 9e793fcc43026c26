/** `/u/{token}`: looking changes nothing, because scanners look; the button, and a mail program's one click (RFC 8058), act. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RegisterContext } from '../register/person-lock.ts';
import { unsubscribe, unsubscribePage } from '../register/unsubscribe.ts';
import { initialsOf, languageLinks } from './debtor-view.ts';
import { pageLanguage, wordsIn, type DebtorWords, type PageLanguage } from './debtor-words.ts';
import { notice, pageSender, type View } from './page.ts';

export interface UnsubscribePagesDeps {
  readonly ctx: RegisterContext;
  readonly rateLimit: { readonly max: number; readonly timeWindow: number } | false;
}

const token = z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{20,100}$/) });
const query = z.object({ lang: z.string().max(10).optional() }).catch({});
/** A mailbox provider posts the one clicks of all its people from few addresses, and none of them may be lost. */
const CLICKS = 20;

/** What a mail program posts; the button of the page posts its own. */
const oneClick = z.object({ 'List-Unsubscribe': z.literal('One-Click') });

/** Registers the page; form bodies, urlencoded and multipart, are parsed by whoever registers it. */
export async function unsubscribePages(app: FastifyInstance, { ctx, rateLimit }: UnsubscribePagesDeps): Promise<void> {
  const send = pageSender();
  const config = { rateLimit };
  app.setErrorHandler((error, request, reply) => {
    const words = wordsIn(pageLanguage(query.parse(request.query ?? {}).lang, ''));
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 429) return send(reply, said(words, 'es', { status: 429, title: words.tooManyTitle, text: words.tooMany }));
    ctx.log.error({ err: error, requestId: request.id }, 'the unsubscribe page failed');
    return send(reply, said(words, 'es', { status: 500, title: words.failedTitle, text: words.failed }));
  });
  app.get('/u/:token', { config }, async (request, reply) => send(reply, await show(ctx, request)));
  app.post('/u/:token', { config: { rateLimit: rateLimit === false ? false : { ...rateLimit, max: rateLimit.max * CLICKS } } }, async (request, reply) => send(reply, await act(ctx, request)));
}

interface Looked {
  readonly given: string;
  readonly page: NonNullable<Awaited<ReturnType<typeof unsubscribePage>>>;
  readonly language: PageLanguage;
  readonly words: DebtorWords;
}

async function look(ctx: RegisterContext, request: FastifyRequest): Promise<Looked | View> {
  const given = token.safeParse(request.params);
  const page = given.success ? await unsubscribePage(ctx, given.data.token) : null;
  const language = pageLanguage(query.parse(request.query ?? {}).lang, page?.language ?? '');
  const words = wordsIn(language);
  if (!given.success || page === null) return said(words, language, { status: 404, title: words.stopUnknownTitle, text: words.stopUnknown });
  if (page.state === 'closed') return said(words, language, { status: 410, title: words.stopUnknownTitle, text: words.stopUnknown });
  return { given: given.data.token, page, language, words };
}

async function show(ctx: RegisterContext, request: FastifyRequest): Promise<View> {
  const seen = await look(ctx, request);
  if ('template' in seen) return seen;
  const { page, language, words } = seen;
  if (page.state === 'done') return done(seen);
  return {
    status: 200, template: 'unsubscribe.eta',
    data: {
      title: words.stopTitle, lang: language, skip: words.skip, words, firm: page.firm, initials: initialsOf(page.firm), text: words.stopText(page.firm), languages: languageLinks(language),
    },
  };
}

async function act(ctx: RegisterContext, request: FastifyRequest): Promise<View> {
  const seen = await look(ctx, request);
  if ('template' in seen) return seen;
  const how = oneClick.safeParse(request.body ?? {}).success ? 'oneClick' : 'page';
  await unsubscribe(ctx, seen.given, how, how === 'oneClick' ? 'List-Unsubscribe=One-Click' : `${seen.words.stopTitle} ${seen.words.stopButton}`);
  return done(seen);
}

function done({ page, language, words }: Looked): View {
  return said(words, language, { status: 200, title: words.stoppedTitle, text: words.stopped(page.firm), good: true });
}

function said(words: DebtorWords, lang: PageLanguage, { good = false, ...shown }: { status: number; title: string; text: string; good?: boolean }): View {
  const view = notice({ kind: good ? 'thanks' : 'closed', ...shown });
  return { ...view, data: { ...view.data, lang, skip: words.skip } };
}
