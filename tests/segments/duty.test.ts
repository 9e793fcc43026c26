/** A duty of the law on the register: pinned when the agreement is logged, explained, shown when it was missed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import { explain } from '../../src/register/explanation.ts';
import { recordSkips } from '../../src/register/finish.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { publishNextVersion } from '../../src/register/strategy-version.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { detailsOf } from '../../workflows/agreement-story.ts';
import { ADMIN, logged, openTestRegister, type TestRegister } from '../register/ledger.ts';
import { at } from '../register/seed.ts';

let register: TestRegister;
beforeAll(async () => {
  register = await openTestRegister();
  await publishNextVersion(register.ctx, ADMIN, { id: 'quiet', country: ['CL', 'MX'], steps: [{ key: 'late', when: { anchor: 'due', days: 60 }, do: 'contact', template: 'missed', expiresDays: 20 }] });
});
afterAll(() => register.close());

const one = (given: object = {}) => ({ strategy: 'quiet', instalments: [{ number: 1, dueOn: '2026-12-01', amountMinor: 10_000 }], ...given });

test('an agreement carries the duties of its country with the version that says so; another country has none', async () => {
  const { ctx, db } = register;
  const chile = await loadState(db, await logged(ctx, one()));
  expect(chile.state.terms.duties).toMatchObject({ policyVersion: expect.stringContaining('CL@'), rules: [
    { rule: 'CL-util', do: 'freeUsefulNotice', days: 15, cite: 'LPDC 37' }, { rule: 'CL-written', do: 'sendInWritingIfSilent', days: 15, cite: 'LPDC 37 no. 6' }] });
  const mexico = await loadState(db, await logged(ctx, one({ currency: 'MXN', person: { address: { country: 'MX' } } })));
  expect(mexico.state.terms.duties).toBeUndefined();
});

test('a duty that is due is decided and explained with its rule; missed, it stands in the timeline with the citation, once', async () => {
  const { ctx, db, clock } = register;
  const id = await logged(ctx, one());
  clock.set(at('2026-12-10', 10));
  const { state } = await loadState(db, id);
  expect(decide(state, at('2026-12-10', 10))).toMatchObject({ kind: 'duty', rule: 'CL-util', occurrences: [{ key: 'CL-util/i1v1', template: 'useful-notice', channels: ['email', 'sms'] }] });
  const pending = await explain(ctx, ADMIN, id);
  expect(pending.next?.step).toBe('CL-util');
  expect(pending.text.es).toContain('Obligación legal pendiente hasta el 2026-12-16 (CL-util, LPDC 37, cuota 1)');
  expect(detailsOf(state, at('2026-12-10', 10))).toContain('Duty CL-util (LPDC 37), instalment 1: to be done by 2026-12-16');

  clock.set(at('2026-12-17', 0));
  const decision = decide(state, at('2026-12-17', 0));
  if (decision.kind !== 'skip') throw new Error(`expected a skip, got ${decision.kind}`);
  const events = await recordSkips(ctx, id, decision.occurrences);
  expect(events).toMatchObject([{ kind: 'stepResult', result: 'skipped', occurrences: ['CL-util/i1v1'], rules: ['CL-util'] }]);
  expect(await recordSkips(ctx, id, decision.occurrences)).toEqual(events);
  const entry = (await readTimeline(db, id)).at(-1);
  expect(entry).toMatchObject({ kind: 'dutyMissed', outcome: 'missed', rules: ['CL-util'] });
  expect(entry?.text.es).toMatch(/^Obligación legal no cumplida a tiempo de la cuota 1: .*gestión útil.*\(CL-util, LPDC 37\)\.$/);
  expect((await explain(ctx, ADMIN, id)).text.en).toContain('Duty of the law missed (CL-util, LPDC 37, instalment 1; until 2026-12-16)');
  expect(decide((await loadState(db, id)).state, at('2026-12-17', 0)).kind).toBe('wait');
});
