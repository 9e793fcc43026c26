import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { occurrencesOf } from '../../src/domain/occurrence.ts';
import { processActor } from '../../src/register/actor.ts';
import { bookCallbackForStep } from '../../src/register/callback.ts';
import { explain } from '../../src/register/explanation.ts';
import { recordSkips } from '../../src/register/finish.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { readTimeline, type TimelineEntry } from '../../src/register/timeline.ts';
import { detailsOf } from '../../workflows/agreement-story.ts';
import { startSending, stopSending } from '../../src/register/sending/stop.ts';
import { at, CALL_STEP, fact, occurrenceOf, seedPerson } from '../register/seed.ts';
import { ended, MISSED_AT, openDesk, type Desk } from './desk.ts';

const SUNDAY = at('2026-03-08', 12);
const MONDAY_AT_TEN = at('2026-03-09', 10);
const ANYBODY = processActor('test');

let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(() => desk.clock.set(MISSED_AT));

async function lastEntry(agreementId: string): Promise<TimelineEntry> {
  const entry = (await readTimeline(desk.db, agreementId)).at(-1);
  if (entry === undefined) throw new Error('there is no entry');
  return entry;
}

/** An entry that names its rules and says in both languages what they are and where they stand. */
function says(entry: TimelineEntry, rules: readonly string[], es: string, en: string): void {
  expect(entry.rules).toEqual(rules);
  expect(entry.text.es).toContain(es);
  expect(entry.text.en).toContain(en);
}

test('a message that is put off, refused or taken along in another says which rule and where it stands', async () => {
  desk.clock.set(SUNDAY);
  const deferred = await desk.agreement(await seedPerson(desk.db));
  await desk.deliver(deferred);
  says(await lastEntry(deferred), ['CL-hours-write'], 'Mensajes: de lunes a sábado de 8 a 20 h. [LPDC 37; SERNAC press]', 'Messages: Monday to Saturday, 08:00 to 20:00. [LPDC 37; SERNAC press]');
  desk.clock.set(MISSED_AT);
  const refused = await desk.agreement(await seedPerson(desk.db, { granted: [] }));
  await desk.deliver(refused);
  says(await lastEntry(refused), ['base-consent'], 'No hay consentimiento registrado para este canal.', 'There is no recorded consent for this channel.');
  const person = await seedPerson(desk.db);
  const [lead, covered] = [await desk.agreement(person), await desk.agreement(person)];
  await desk.deliver(lead);
  expect(await lastEntry(covered)).toMatchObject({ kind: 'stepResult', outcome: 'covered' });
  says(await lastEntry(covered), ['one-message'], 'va en un solo mensaje', 'goes into one message');
});

test('who waits for a turn is told the quotas of the place with their sources, and nothing of the other creditor', async () => {
  const person = await seedPerson(desk.db, { creditorId: 'e-one' });
  const [a, b, c] = [
    await desk.agreement(person), await desk.agreement(await seedPerson(desk.db, { creditorId: 'e-two', identityId: person.identityId })),
    await desk.agreement(await seedPerson(desk.db, { creditorId: 'e-three', identityId: person.identityId })),
  ];
  await desk.deliver(a);
  await desk.deliver(b);
  desk.clock.set(MISSED_AT + 60_000);
  await desk.deliver(c);
  desk.clock.set(MONDAY_AT_TEN);
  await desk.deliver(c);
  const entry = await lastEntry(c);
  says(entry, ['turn'], 'CL-write-week [LPDC 37]', 'Quotas of the place: CL-write-week [LPDC 37]');
  expect(JSON.stringify(entry)).not.toMatch(/e-one|e-two/);
});

test('a call that is put off or refused says so in words, too', async () => {
  desk.clock.set(at('2026-03-16', 8));
  const [nobody, silent] = [await desk.agreement(await seedPerson(desk.db)), await desk.agreement(await seedPerson(desk.db, { granted: ['sms'] }))];
  // The ladder has no call: with the strategy of the seed it has.
  await desk.db.updateTable('agreement').set({ strategy_id: 'follow-up' }).where('id', 'in', [nobody, silent]).execute();
  await bookCallbackForStep(desk.ctx, nobody, occurrenceOf(CALL_STEP));
  says(await lastEntry(nobody), ['no-agent-slot'], 'No hay un gestor libre en un horario permitido.', 'No agent is free at a lawful time.');
  await bookCallbackForStep(desk.ctx, silent, occurrenceOf(CALL_STEP));
  says(await lastEntry(silent), ['base-consent'], 'No hay consentimiento registrado para este canal.', 'There is no recorded consent for this channel.');
});

test('a step that expired, and a duty of the law that was missed, are entries with their rule', async () => {
  const id = await desk.agreement(await seedPerson(desk.db));
  const { state } = await loadState(desk.db, id);
  const [step] = occurrencesOf(state);
  if (step === undefined) throw new Error('there is no step');
  await recordSkips(desk.ctx, id, [step]);
  says(await lastEntry(id), ['expired'], 'Vencido sin actuar', 'Expired before it could act');
  await recordSkips(desk.ctx, id, [{ ...step, key: 'CL-util/i1v1', duty: 'CL-util' }]);
  says(await lastEntry(id), ['CL-util'], '(CL-util, LPDC 37)', '(CL-util, LPDC 37)');
});

test('the explanation and the details of the workflow give the next step, its first lawful time and the rule that binds', async () => {
  desk.clock.set(SUNDAY);
  const id = await desk.agreement(await seedPerson(desk.db));
  const wanted = await explain(desk.ctx, ANYBODY, id);
  expect(wanted.next).toMatchObject({ step: 'missed', rules: ['CL-hours-write'], binding: 'CL-hours-write', putOffBy: [], earliestLawfulAt: '2026-03-09T11:00:00.000Z' });
  expect(wanted.text.es).toContain('Regla que decide: CL-hours-write.');
  await desk.deliver(id);
  const told = await explain(desk.ctx, ANYBODY, id);
  expect(told.next).toEqual({
    step: 'missed', at: new Date(MONDAY_AT_TEN).toISOString(), earliestLawfulAt: new Date(MONDAY_AT_TEN).toISOString(), rules: [], binding: 'CL-hours-write', putOffBy: ['CL-hours-write'],
  });
  expect(told.text.es).toMatch(/Antes fue aplazado: Mensajes: de lunes a sábado .*\[LPDC 37; SERNAC press\]/);
  expect(told.text.en).toMatch(/It was put off before: Messages: .*\[LPDC 37; SERNAC press\] Binding rule: CL-hours-write\./);
  const { state } = await loadState(desk.db, id);
  expect(detailsOf(state, SUNDAY)).toContain('Next: missed at 2026-03-09 10:00 (America/Santiago)\nPut off by CL-hours-write: first lawful time 2026-03-09 10:00\n');
  expect(detailsOf(state, MONDAY_AT_TEN)).not.toContain('Put off');
});

test('of several rules the one that lasts longest binds; what a fact holds back, the details say', async () => {
  desk.clock.set(at('2026-03-07', 21)); // Saturday, after hours; written to on that day
  const person = await seedPerson(desk.db);
  const elsewhere = await desk.agreement(await seedPerson(desk.db, { creditorId: 'e-four', identityId: person.identityId }));
  desk.clock.set(at('2026-03-07', 10));
  expect(ended(await desk.deliver(elsewhere)).result).toBe('sent');
  desk.clock.set(at('2026-03-07', 21));
  const id = await desk.agreement(person);
  expect((await explain(desk.ctx, ANYBODY, id)).next).toMatchObject({ rules: ['CL-hours-write', 'house-day', 'CL-write-gap'], binding: 'CL-write-gap', earliestLawfulAt: '2026-03-10T11:00:00.000Z' });
  await fact(desk.ctx, id, 'over', { kind: 'stepResult', occurrences: ['upcoming/i1v1'], result: 'skipped' });
  await fact(desk.ctx, id, 'hold', { kind: 'held', until: at('2026-03-11', 9), reason: 'x' });
  expect(detailsOf((await loadState(desk.db, id)).state, at('2026-03-07', 21))).toContain('Next: missed at 2026-03-11 09:00 (America/Santiago)\nWaits: on hold');
});

test('an emergency stop binds whatever the law says, as long as it holds every channel of the step', async () => {
  const id = await desk.agreement(await seedPerson(desk.db));
  await stopSending(desk.ctx, { channel: 'sms' });
  expect((await explain(desk.ctx, ANYBODY, id)).next).toMatchObject({ rules: [], binding: null });
  await stopSending(desk.ctx, { channel: 'email' });
  const told = await explain(desk.ctx, ANYBODY, id);
  expect(told.next).toMatchObject({ step: 'missed', rules: ['sending-stopped'], binding: 'sending-stopped', earliestLawfulAt: new Date(MISSED_AT).toISOString() });
  expect(told.text.es).toContain('Los envíos están detenidos de emergencia. Regla que decide: sending-stopped.');
  await startSending(desk.ctx, { channel: 'sms' });
  await startSending(desk.ctx, { channel: 'email' });
});
