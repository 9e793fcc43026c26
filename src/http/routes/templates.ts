/** Texts: every version, the one in force, and publishing the next. */
import * as z from 'zod';
import { publishTemplate, readTemplateOf, readTemplates } from '../../register/template.ts';
import { pageOf, template } from '../answers.ts';
import { page } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'configuration';
const key = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens').max(60);
const locale = z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/, 'a locale such as es-CL');
const version = z.string().regex(/^[1-9]\d{0,4}$/, 'a version').transform(Number);

export const templateRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/templates', tag, summary: 'Every published version of every text',
    query: z.strictObject({ ...page, key: key.optional(), locale: locale.optional() }), answer: pageOf(template),
    handle: async ({ ctx, query }) => ({ body: await readTemplates(ctx, query) }),
  }),
  route({
    method: 'GET', url: '/v1/templates/:key', tag, summary: 'One text: a version, or the one in force for a locale',
    params: z.object({ key }), query: z.strictObject({ locale: locale.default('es-CL'), version: version.optional() }), answer: template,
    handle: async ({ ctx, params, query }) => ({ body: await readTemplateOf(ctx, params.key, query.locale, query.version) }),
  }),
  route({
    method: 'POST', url: '/v1/templates', tag, summary: 'Publishes a text as its next version; the newest again answers 200, a text that a law forbids 422 with the rule',
    body: z.record(z.string(), z.unknown()).meta({ description: 'the template file as JSON, with its key and locale' }), answer: template, statuses: [201, 200],
    handle: async ({ ctx, actor, body }) => {
      const published = await publishTemplate(ctx, actor, body);
      return { status: published.created ? 201 : 200, body: published.template };
    },
  }),
];
