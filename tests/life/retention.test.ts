/** A sandbox lives until the law of the place has the data of a person forgotten, by itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { retentionEnd } from '../../src/contact-law/retention.ts';
import { CL } from '../../src/contact-law/profiles/cl.ts';
import { DAY } from '../../src/domain/zone.ts';
import { dailyActors } from '../../src/sandbox/clock/wire.ts';
import { startLivingSandbox, type LivingSandbox } from '../setup/living-sandbox.ts';
import { at, PATIENCE } from './office.ts';

const START = at('2027-01-04', '11:00');
let pacto: LivingSandbox;

beforeAll(async () => {
  pacto = await startLivingSandbox({ startAt: START, actors: ({ ctx }) => dailyActors(ctx) });
}, 90_000);
afterAll(() => pacto?.stop());

async function done(path: string, body: unknown): Promise<{ id: string }> {
  const answer = await pacto.call('POST', path, body);
  expect(answer.status).toBeLessThan(300);
  return answer.body;
}

test('a day before, everything is there; the day after, the daily duty has erased them, and who still owes is kept', async () => {
  await done('/v1/creditors', { id: 'acme', name: 'Acme', type: 'thirdParty', country: 'CL', currency: 'CLP' });
  const agreement = (externalId: string) => done('/v1/agreements', {
    creditorId: 'acme', externalId, currency: 'CLP', instalments: [{ number: 1, dueOn: '2040-01-15', amountMinor: 45_990 }],
    person: { externalId: `P-${externalId}`, name: `Zulema ${externalId}`, zone: 'America/Santiago', contactPoints: [{ kind: 'email', value: `${externalId}@example.org`, consent: 'granted' }] },
  });
  const [over] = [await agreement('over'), await agreement('open')];
  await done(`/v1/agreements/${over.id}/cancel`, { reason: 'vendido' });
  const stateOf = async () => (await pacto.db.selectFrom('agreement').select('workflow_state').where('id', '=', over.id).executeTakeFirstOrThrow()).workflow_state;
  await expect.poll(stateOf, PATIENCE).toBe('finished');
  const end = retentionEnd('America/Santiago', START, CL.retentionYears ?? 0);
  const names = async () => (await pacto.db.selectFrom('person').select('name').orderBy('external_id').execute()).map(({ name }) => name);
  await pacto.advanceTo(end - DAY);
  expect(await names()).toEqual(['Zulema open', 'Zulema over']);
  await pacto.advanceTo(end + DAY);
  expect(await names()).toEqual(['Zulema open', '[erased]']);
  expect(pacto.logLines.join('\n')).not.toMatch(/Zulema|example\.org/);
}, 240_000);
