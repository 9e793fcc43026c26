/** Activities of `survey`, the sending excepted (activities/deliver.ts). */
import { expireSurvey } from '../src/register/survey.ts';
import type { SurveyActivities } from '../workflows/contract.ts';
import { inContext, type ActivityDeps } from './context.ts';

export function createSurveyActivities(deps: ActivityDeps): SurveyActivities {
  return { expireSurvey: ({ surveyId }) => inContext(deps, 'expireSurvey', async (ctx) => ({ state: await expireSurvey(ctx, surveyId) })) };
}
