/** Surveys as their creditors read them; the debtor's page is src/console/survey-page.ts. */
import * as z from 'zod';
import { listSurveys } from '../../register/survey.ts';
import { pageOf, survey } from '../answers.ts';
import { name, page, uuid } from '../query.ts';
import { route, type Route } from '../route.ts';

export const surveyRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/surveys', tag: 'surveys', summary: 'Surveys in the order in which they were made',
    query: z.strictObject({ ...page, creditorId: name.optional(), agreementId: uuid.optional(), state: survey.shape.state.optional() }),
    answer: pageOf(survey),
    handle: async ({ ctx, actor, query }) => ({ body: await listSurveys(ctx, actor, query) }),
  }),
];
