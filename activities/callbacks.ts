/** Activities of `callback`. */
import { missCallback, queueCallback } from '../src/register/callback.ts';
import { AppError } from '../src/errors.ts';
import type { CallbackActivities } from '../workflows/contract.ts';
import { inContext, type ActivityDeps } from './context.ts';

export function createCallbackActivities(deps: ActivityDeps): CallbackActivities {
  return {
    queueCallback: ({ callbackId }) => inContext(deps, 'queueCallback', async (ctx) => {
      const state = await queueCallback(ctx, callbackId);
      if (state === 'booked') throw new AppError('ERR_INTERNAL', 'A callback whose slot began is still only booked.');
      return { state };
    }),
    missCallback: ({ callbackId }) => inContext(deps, 'missCallback', async (ctx) => {
      const state = await missCallback(ctx, callbackId);
      if (state === 'booked' || state === 'due') throw new AppError('ERR_INTERNAL', 'A missed callback is still open.');
      return { state };
    }),
  };
}
