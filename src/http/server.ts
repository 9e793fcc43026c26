/** The HTTP server: API, webhooks, the debtor's survey page, health. Listening and closing belong to run.ts. */
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { PaymentAdapters } from '../channels/payments/registry.ts';
import type { ProviderEvent } from '../channels/receipts.ts';
import { debtorPages } from '../console/debtor-page.ts';
import { landingPage } from '../console/landing-page.ts';
import { surveyPages } from '../console/survey-page.ts';
import { paymentPages } from '../console/payment-page.ts';
import { unsubscribePages } from '../console/unsubscribe-page.ts';
import { wallNow } from '../clock.ts';
import { AppError } from '../errors.ts';
import { MOST_FILE_BYTES } from '../register/debtor/dispute.ts';
import type { PaymentDeps } from '../register/payments/deps.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import type { SandboxClock } from '../sandbox/clock/sandbox-clock.ts';
import { assets } from './assets.ts';
import { API_INFO, transformSchema } from './openapi.ts';
import { operations } from './operations.ts';
import { errorHandler, sendProblem } from './problem.ts';
import type { Route } from './route.ts';
import { agreementRoutes } from './routes/agreements.ts';
import { debtRoutes } from './routes/debts.ts';
import { actionRoutes } from './routes/actions.ts';
import { bankFileRoute } from './routes/bank-files.ts';
import { offerRoutes } from './routes/offers.ts';
import { callbackRoutes } from './routes/callbacks.ts';
import { configurationRoutes } from './routes/configuration.ts';
import { creditorRoutes } from './routes/creditors.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { importRoutes } from './routes/imports.ts';
import { matchRoutes } from './routes/matches.ts';
import { personRoutes } from './routes/persons.ts';
import { preLegalRoutes } from './routes/pre-legal.ts';
import { sandboxRoutes } from './routes/sandbox.ts';
import { paymentRoutes } from './routes/payments.ts';
import { segmentRoutes } from './routes/segments.ts';
import { sourceRoutes } from './routes/sources.ts';
import { surveyRoutes } from './routes/surveys.ts';
import { templateRoutes } from './routes/templates.ts';
import { paymentWebhooks } from './payment-webhooks.ts';
import { guardTokens } from './token-guard.ts';
import { webhooks, type WebhookConfig } from './webhooks.ts';

const BODY_LIMIT = 1_048_576;
/** Requests a minute and address on pages that take a token: enough for a person, too few to try tokens. */
const PAGE_RATE = 30;

/** What the server needs of the configuration. */
export type ApiConfig = WebhookConfig & { readonly buildId: string | null };

export interface ApiDeps {
  readonly ctx: RegisterContext;
  readonly config: ApiConfig;
  /** null: the installation runs on the wall clock. */
  readonly sandboxClock: SandboxClock | null;
  /** Takes a verified receipt of a provider; it is idempotent. */
  readonly applyReceipt: (event: ProviderEvent) => Promise<unknown>;
  /** The providers that take and report payments; absent: none is set up. */
  readonly payments?: PaymentAdapters;
  /** Sends a code to the contact point of a link, for a debtor's page; absent: this process sends nothing. */
  readonly sendCode?: (linkId: string, language: string) => Promise<boolean>;
  /** Why the installation is not ready yet, in words; null when it is. */
  readonly ready: () => Promise<string | null>;
}

/** Builds the server with all its routes; nothing listens yet. */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const { ctx } = deps;
  // No logger of fastify's: its lines carry addresses, and those hold tokens and searches for names.
  const app = Fastify({
    logger: false, bodyLimit: BODY_LIMIT, genReqId: () => ctx.newId(),
    // This process speaks plain HTTP: an https address means that one proxy stands in front and tells who calls.
    trustProxy: deps.config.publicBaseUrl.startsWith('https:') ? (_address, hop) => hop === 0 : false,
    frameworkErrors: (error, request, reply) => void errorHandler(ctx.log)(error, request, reply),
  });
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('actor', null);
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(errorHandler(ctx.log));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new AppError('ERR_NOT_FOUND', 'There is no such route.')));
  logRequests(app, ctx);

  await app.register(helmet, HELMET);
  await app.register(rateLimit, { global: false, max: PAGE_RATE, timeWindow: 60_000 });
  await app.register(swagger, { openapi: API_INFO, transform: transformSchema, transformObject: jsonSchemaTransformObject });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, transformStaticCSP: (header) => header.replace(/\s*upgrade-insecure-requests;/, '') });
  for (const add of routes(deps)) add(app, ctx);
  await app.register(operations, { ctx, ready: deps.ready, buildId: deps.config.buildId });
  await app.register(assets);
  await app.register(landingPage);
  // In the sandbox every debtor has the same address.
  const limit = deps.sandboxClock === null ? { max: PAGE_RATE, timeWindow: 60_000 } : (false as const);
  await app.register(async (pages) => {
    await pages.register(formbody, { bodyLimit: 16_384 });
    if (limit !== false) guardTokens(pages, { ctx, now: wallNow });
    await pages.register(async (own) => surveyPages(own, { ctx, rateLimit: limit }));
    await pages.register(async (own) => {
      // A mail program may post the one click as either kind of form.
      await own.register(multipart, { attachFieldsToBody: 'keyValues', limits: { fields: 10, files: 0, fieldSize: 1_000 } });
      await unsubscribePages(own, { ctx, rateLimit: limit });
    });
    await pages.register(async (own) => paymentPages(own, { payments: paymentsOf(deps), rateLimit: limit }));
    await pages.register(async (own) => {
      // One file with a dispute; what is cut off for its size is told beside the field.
      await own.register(multipart, { throwFileSizeLimit: false, limits: { fields: 10, files: 1, parts: 12, fieldSize: 10_000, fileSize: MOST_FILE_BYTES } });
      await debtorPages(own, { ctx, payments: paymentsOf(deps), rateLimit: limit, secure: deps.config.publicBaseUrl.startsWith('https:'), sendCode: deps.sendCode ?? null });
    });
  });
  await app.register(webhooks, { ctx, config: deps.config, applyReceipt: deps.applyReceipt });
  await app.register(paymentWebhooks, { payments: paymentsOf(deps) });
  return app;
}

function paymentsOf({ ctx, config, payments }: ApiDeps): PaymentDeps {
  return { ctx, adapters: payments ?? new Map(), publicBaseUrl: config.publicBaseUrl };
}

function routes(deps: ApiDeps): readonly Route[] {
  return [
    ...agreementRoutes, ...debtRoutes, ...actionRoutes, ...offerRoutes, ...callbackRoutes, ...inboxRoutes, ...personRoutes, ...matchRoutes, ...surveyRoutes, ...preLegalRoutes, ...creditorRoutes,
    ...configurationRoutes, ...segmentRoutes, ...templateRoutes, ...importRoutes, ...sourceRoutes, ...paymentRoutes(paymentsOf(deps)), bankFileRoute,
    ...sandboxRoutes(deps.sandboxClock),
  ];
}

/** One line a request: the route as it is written in the code, never the address. */
function logRequests(app: FastifyInstance, { log }: RegisterContext): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    log.debug({
      requestId: request.id, method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode,
      ms: Math.round(reply.elapsedTime), key: request.actor?.id,
    }, 'request');
  });
}

/** Our pages have no script, no inline style, and no picture from elsewhere. */
const HELMET = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"], styleSrc: ["'self'"], imgSrc: ["'self'"], formAction: ["'self'"], baseUri: ["'none'"], frameAncestors: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' as const },
};
