import { expect, test } from 'vitest';
import { activityClock } from '../../activities/clock.ts';
import type { Clock } from '../../src/clock.ts';

const clock = (kind: Clock['kind'], now: number): Clock => ({ kind, now: () => Promise.resolve(now) });

test('in virtual time an activity never sees an earlier time than the run that scheduled it', async () => {
  expect(await activityClock(clock('virtual', 3_000), () => 5_000).now()).toBe(5_000);
  expect(await activityClock(clock('virtual', 9_000), () => 5_000).now()).toBe(9_000);
});

test('in production the wall clock is taken as it is', async () => {
  expect(await activityClock(clock('wall', 3_000), () => 5_000).now()).toBe(3_000);
});
