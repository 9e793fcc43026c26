/** Every activity of Pacto, made once by the worker with its dependencies. */
import { createAgreementActivities } from './agreements.ts';
import { createCallbackActivities } from './callbacks.ts';
import { createDeliverActivities, type DeliverDeps } from './deliver.ts';
import { createImportActivities } from './import.ts';
import { createPreLegalActivities } from './pre-legal.ts';
import { createSurveyActivities } from './survey.ts';
import type { ActivityDeps } from './context.ts';
import type { AgreementActivities, CallbackActivities, DeliverActivities, ImportActivities, PreLegalActivities, SurveyActivities } from '../workflows/contract.ts';

export type Activities = AgreementActivities & CallbackActivities & DeliverActivities & ImportActivities & PreLegalActivities & SurveyActivities;

/** All activities, for the worker. */
export function createActivities(deps: ActivityDeps & DeliverDeps): Activities {
  return {
    ...createAgreementActivities(deps),
    ...createCallbackActivities(deps),
    ...createDeliverActivities(deps),
    ...createImportActivities(deps),
    ...createPreLegalActivities(deps),
    ...createSurveyActivities(deps),
  };
}
