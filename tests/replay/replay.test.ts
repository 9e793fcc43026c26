/** Every stored history of every release replays on today's workflows: what runs in Temporal now goes on under the next release. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeterminismViolationError } from '@temporalio/workflow';
import { DefaultLogger, Runtime, Worker, type ReplayResult } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { nextStep } from '../../src/domain/decide.ts';
import { migrate } from '../../src/domain/facts.ts';
import { viewOf } from '../../src/domain/view.ts';
import { workflowBundle } from '../../src/worker/bundle.ts';
import { WORKFLOWS } from '../../workflows/contract.ts';
import { startInputOf, storedHistory, unfit, withoutMachine } from './history.ts';
import { allPaths } from './paths.ts';
import { historyFromJson } from './proto-json.ts';
import { hashOf, INDEX, isReleased, keptOf, readIndex, releases, REPLAY_FOLDER } from './release.ts';

const INCOMPATIBLE = join(REPLAY_FOLDER, 'incompatible');
/** All releases together; histories are read by people too, and cloned by everybody. */
const MOST_BYTES = 3_000_000;
const kept = releases().flatMap(keptOf);
let bundlePath: string;

beforeAll(async () => {
  // The SDK says on the console what the deliberately incompatible history is about to prove.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } } });
  bundlePath = await workflowBundle(join(REPLAY_FOLDER, '..', '..', '.cache'));
});

/** Replays one after another in one worker; the result of each by name. */
async function replay(histories: readonly { readonly name: string; readonly workflowId: string; readonly history: unknown }[]): Promise<Map<string, ReplayResult['error']>> {
  const results = new Map<string, ReplayResult['error']>();
  const given = histories.map(({ workflowId, history }) => ({ workflowId, history: historyFromJson(history) }));
  let index = 0;
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { codePath: bundlePath }, replayName: 'stored' }, given)) {
    results.set(histories[index]?.name ?? '', error);
    index += 1;
  }
  return results;
}

test('every stored history of every release replays on today\'s workflows', async () => {
  const results = await replay(kept.map((one) => ({ ...one, name: `${one.release}/${one.path}` })));
  expect([...results].flatMap(([name, error]) => (error === undefined ? [] : [`${name}: ${error.message}`]))).toEqual([]);
  expect(results.size).toBe(kept.length);
});

test('a history that another code made is refused: the replay would see a change of the sequence', async () => {
  const histories = readdirSync(INCOMPATIBLE).map((name) => ({ name, workflowId: 'callback/incompatible', history: storedHistory.parse(JSON.parse(readFileSync(join(INCOMPATIBLE, name), 'utf8'))) }));
  const results = await replay(histories);
  expect([...results.keys()]).toEqual(['callback-queued-by-another-activity.json']);
  const error = results.get('callback-queued-by-another-activity.json');
  expect(error).toBeInstanceOf(DeterminismViolationError);
  expect(error?.message).toMatch(/Nondeterminism error.*putIntoQueue.*queueCallback|queueCallback.*putIntoQueue/);
});

describe('the newest release has a history', () => {
  const newest = releases().at(-1) ?? '';
  test('of every path', () => {
    expect(readIndex(newest).histories.map(({ path, what }) => ({ path, what }))).toEqual(allPaths().map(({ name, what }) => ({ path: name, what })).sort((a, b) => (a.path < b.path ? -1 : 1)));
  });

  test('of every workflow type, and every message of the contract is in one of them', () => {
    const histories = keptOf(newest);
    expect(new Set(histories.map(({ workflowType }) => workflowType))).toEqual(new Set(Object.values(WORKFLOWS)));
    const told = new Set(histories.flatMap(({ history }) => history.events.map(({ eventType }) => eventType)));
    for (const event of ['WORKFLOW_EXECUTION_UPDATE_ACCEPTED', 'WORKFLOW_EXECUTION_CONTINUED_AS_NEW', 'WORKFLOW_EXECUTION_SIGNALED', 'TIMER_CANCELED', 'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES']) {
      expect(told).toContain(`EVENT_TYPE_${event}`);
    }
  });
});

test('the state that an earlier release handed on, at a start or to the next run, is still read', () => {
  const agreements = kept.filter(({ workflowType }) => workflowType === WORKFLOWS.agreement || workflowType === WORKFLOWS.debt);
  expect(agreements.length).toBeGreaterThan(20);
  for (const { path, history } of agreements) {
    const input = startInputOf(history);
    const state = typeof input === 'object' && input !== null && 'state' in input ? migrate(input.state) : null;
    if (state === null) throw new Error(`${path} was started without a state`);
    const view = viewOf(state);
    expect({ path, sum: view.allocations.reduce((sum, line) => sum + line.amountMinor, 0) + view.creditMinor }).toEqual({ path, sum: view.paidMinor });
    expect(() => nextStep(state, Date.parse('2027-01-04T14:00:00Z'))).not.toThrow();
  }
  const continued = agreements.find(({ path }) => path === 'agreement-continued-second-run');
  expect(continued === undefined ? null : migrate((startInputOf(continued.history) as { state: unknown }).state).events.map(({ id }) => id)).toEqual(['f-1', 'f-2']);
});

test('stored histories are append-only, hold nobody\'s data and no machine\'s, and stay small', () => {
  expect(kept.flatMap(({ release, path, text, sha256 }) => (hashOf(text) === sha256 ? [] : [`${release}/${path} was changed`]))).toEqual([]);
  expect(kept.flatMap(({ release, path, history }) => unfit(history).map((why) => `${release}/${path}: ${why}`))).toEqual([]);
  const unlisted = releases().flatMap((release) => readdirSync(join(REPLAY_FOLDER, release)).filter((name) => name !== INDEX && !kept.some((one) => one.release === release && `${one.path}.json` === name)));
  expect(unlisted).toEqual([]);
  expect(kept.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(MOST_BYTES);
});

test('a version with a section in the changelog is closed to the saver', () => {
  const changelog = '# Changelog\n\n## Unreleased\n\n## [0.2.0] - 2027-03-01\n\n## 0.1.0\n';
  expect(['0.1.0', '0.2.0', '0.1', '0.3.0'].map((version) => isReleased(version, changelog))).toEqual([true, true, false, false]);
});

test('the saver takes out what belongs to a machine, and would refuse a person\'s data in a payload', () => {
  const event = { eventId: '1', identity: '4711@host-7', taskQueue: { name: 't12-deliver' }, version: 'pacto-t12.abc', stackTrace: 'at /work/x.ts:1' };
  expect(withoutMachine(event, { prefix: 't12' })).toEqual({ eventId: '1', identity: 'pacto', taskQueue: { name: 'deliver' }, version: 'pacto.abc' });
  const payload = (text: string) => ({ payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: Buffer.from(text).toString('base64') }] });
  expect(unfit(payload('{"agreementId":"7b0c"}'))).toEqual([]);
  expect(unfit(payload('{"to":"+56961234567"}'))).toEqual(['personal data: +56961234567']);
  expect(unfit(payload('{"to":"ana.soto@example.org"}'))).toHaveLength(1);
  expect(unfit(payload('{"message":"at /work/pacto/src/x.ts"}'))).toEqual(['a machine:  /work/']);
});
