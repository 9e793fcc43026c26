/** The job that moves the sandbox through virtual time, with a world in memory: whose turn it is, and what time waits for. */
import { expect, test } from 'vitest';
import type { AgendaItem } from '../../src/db/agenda.ts';
import { createLog } from '../../src/observability/log.ts';
import { ClockJob, type Actor } from '../../src/sandbox/clock/clock-job.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-12-01T12:00:00Z');
const at = (minutes: number): number => START + minutes * MINUTE;

interface Wake {
  readonly workflowId: string;
  at: number | null;
  readonly identityId?: string;
  /** The business instant at which it is asked for the n-th time whether it acted; true: yes. */
  readonly acts?: (asked: number) => boolean;
}

/** Wall time passes only while somebody pauses. */
function world(wakes: Wake[], actors: readonly Actor[] = [], inFlight: string | null = null) {
  let wall = START;
  let offset = 0;
  let flying = inFlight;
  const asked = new Map<string, number>();
  const story: string[] = [];
  const now = (): number => wall + offset;
  const stamp = (instant: number): string => `+${Math.round((instant - START) / MINUTE)}`;
  const find = (workflowId: string): Wake => {
    const wake = wakes.find((one) => one.workflowId === workflowId);
    if (wake === undefined) throw new Error(`nobody is called ${workflowId}`);
    return wake;
  };
  const job = new ClockJob({
    wallNow: () => wall,
    pause: async (ms) => {
      wall += ms;
    },
    readOffset: async () => offset,
    setOffset: async (to) => (offset = Math.max(offset, to)),
    noteBlocked: async (what) => {
      if (what !== null) story.push(`waits for ${what}`);
    },
    look: async (until) => {
      const items = wakes.flatMap((wake): AgendaItem[] => (wake.at === null ? [] : [{ workflowId: wake.workflowId, at: wake.at, identityId: wake.identityId ?? wake.workflowId, agreementId: wake.workflowId }]));
      const later = items.map((item) => item.at).filter((instant) => instant > until);
      return { due: items.filter((item) => item.at <= until).sort((a, b) => a.at - b.at), next: later.length === 0 ? null : Math.min(...later) };
    },
    move: async (workflowId, target) => void story.push(`${stamp(now())} ${workflowId} to ${stamp(target)}`),
    isIdle: async () => true,
    hasActed: async ({ workflowId }) => {
      const wake = find(workflowId);
      const times = (asked.get(workflowId) ?? 0) + 1;
      asked.set(workflowId, times);
      if (wake.acts?.(times) === false) return false;
      wake.at = null;
      return true;
    },
    reckonAnew: async () => false,
    inFlight: async () => flying,
    // A call is taken to be abandoned when nobody has touched it for half a minute.
    closeAbandoned: async () => {
      if (wall - START > 30_000) flying = null;
    },
    reconcile: async () => false,
    actors: actors.map((actor) => ({
      ...actor, next: () => actor.next(),
      run: async (instant) => {
        story.push(`${stamp(now())} ${actor.name}`);
        await actor.run(instant);
      },
    })),
    log: createLog({ level: 'silent', process: 'test' }),
  });
  return { job, story, now };
}

function actor(name: string, patienceMinutes: number, instants: number[]): Actor {
  return {
    name, patienceMs: patienceMinutes * MINUTE,
    next: async () => instants[0] ?? null,
    run: async (until) => {
      while (instants[0] !== undefined && instants[0] <= until) instants.shift();
    },
  };
}

test('who can wait acts at the next instant of somebody else, before him; who has waited long enough has an instant of his own', async () => {
  const { job, story } = world([{ workflowId: 'notice', at: at(60) }], [actor('debtor', 20, [at(50), at(90)])]);
  await job.runTo(at(240));
  expect(story).toEqual(['+60 debtor', '+60 notice to +60', '+110 debtor']);
});

test('what is due by the target has happened when it is reached, however long it could have waited', async () => {
  const { job, story, now } = world([], [actor('debtor', 20, [at(55)])]);
  await job.runTo(at(60));
  expect(story).toEqual(['+60 debtor']);
  expect(now()).toBe(at(60));
});

test('a run is moved to its own instant, never past the clock', async () => {
  const { job, story } = world([{ workflowId: 'notice', at: at(60) + 20_000 }]);
  await job.runTo(at(120));
  // The clock stands at the full minute, the run some seconds before it.
  expect(story).toEqual([`+61 notice to +60`]);
});

test('time waits for work that takes long, and says for whom', async () => {
  const { job, story } = world([{ workflowId: 'slow', at: at(10), acts: (asked) => asked > 150 }, { workflowId: 'next', at: at(11) }]);
  await job.runTo(at(30));
  const waited = story.indexOf('waits for the workflow slow');
  expect(waited).toBeGreaterThan(0);
  expect(story.findIndex((line) => line.includes('next to'))).toBeGreaterThan(waited);
});

test('the runs of one person are moved one after the other, in the order of their instants', async () => {
  const { job, story } = world([
    { workflowId: 'second', at: at(10) + 30_000, identityId: 'ana' },
    { workflowId: 'first', at: at(10) + 10_000, identityId: 'ana', acts: (asked) => asked > 3 },
    { workflowId: 'other', at: at(10) + 20_000, identityId: 'ben' },
  ]);
  await job.runTo(at(30));
  expect(story.filter((line) => !line.includes('other')).map((line) => line.split(' ')[1])).toEqual(['first', 'second']);
});

test('a run that stays due and idle is left behind after a while; the world goes on', async () => {
  const { job, story, now } = world([{ workflowId: 'stuck', at: at(10), acts: () => false }, { workflowId: 'next', at: at(20) }]);
  await job.runTo(at(30));
  expect(story.some((line) => line.includes('next to +20'))).toBe(true);
  expect(now()).toBeGreaterThanOrEqual(at(30));
});

test('a call whose process was killed in the middle of it keeps time waiting no longer than its lease: nobody else would close it', async () => {
  const { job, story, now } = world([{ workflowId: 'notice', at: at(10) }], [], '1 contacts between claim and record');
  await job.runTo(at(30));
  expect(story).toContain('waits for 1 contacts between claim and record');
  expect(story.some((line) => line.includes('notice to +10'))).toBe(true);
  expect(now()).toBeGreaterThanOrEqual(at(30));
});
