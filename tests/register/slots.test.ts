import { expect, test } from 'vitest';
import type { ZonedShift } from '../../src/db/agents.ts';
import { instantOf } from '../../src/domain/zone.ts';
import { agentsOnShift, freeSlotsOf, slotIdOf, slotOfId } from '../../src/register/slots.ts';
import { at, ZONE } from './seed.ts';

const MONDAY: ZonedShift = { agentId: 'g1', zone: ZONE, weekday: 1, fromMinute: 540, untilMinute: 600, slotMinutes: 25 };

test('a slot lies within its shift and within what was asked', () => {
  const slots = freeSlotsOf([MONDAY], [], at('2026-03-16', 0), at('2026-03-17', 0));
  expect(slots.map((slot) => slot.from)).toEqual([at('2026-03-16', 9), at('2026-03-16', 9, 25)]);
  expect(freeSlotsOf([MONDAY], [], at('2026-03-16', 9, 10), at('2026-03-16', 9, 45))).toEqual([]);
});

test('who has less to do is offered first', () => {
  const shifts = [MONDAY, { ...MONDAY, agentId: 'g2' }];
  const busy = [{ agentId: 'g1', from: at('2026-03-16', 15), until: at('2026-03-16', 16) }];
  expect(freeSlotsOf(shifts, busy, at('2026-03-16', 0), at('2026-03-17', 0))[0]?.agentId).toBe('g2');
});

test('in the hour that a change of clocks skips or repeats there is no slot', () => {
  // Chile: 2026-09-05 24:00 becomes 01:00 on Sunday; 2026-04-04 24:00 becomes 23:00 on Saturday.
  const night = (weekday: number): ZonedShift => ({ ...MONDAY, weekday, fromMinute: 0, untilMinute: 120, slotMinutes: 60 });
  const spring = freeSlotsOf([night(7)], [], instantOf(ZONE, '2026-09-05', 720), instantOf(ZONE, '2026-09-07', 0));
  expect(spring.map((slot) => slot.from)).toEqual([instantOf(ZONE, '2026-09-06', 60)]);
  const late = { ...MONDAY, weekday: 6, fromMinute: 1_320, untilMinute: 1_440, slotMinutes: 60 };
  const autumn = freeSlotsOf([late], [], instantOf(ZONE, '2026-04-04', 720), instantOf(ZONE, '2026-04-06', 0));
  expect(autumn.every((slot) => slot.until - slot.from === 3_600_000)).toBe(true);
});

test('a stretch needs one shift that holds it whole', () => {
  const shifts = [MONDAY, { ...MONDAY, agentId: 'g2', fromMinute: 560, untilMinute: 700 }];
  expect(agentsOnShift(shifts, { from: at('2026-03-16', 9, 30), until: at('2026-03-16', 10) })).toEqual(['g1', 'g2']);
  expect(agentsOnShift(shifts, { from: at('2026-03-16', 9, 30), until: at('2026-03-16', 10, 30) })).toEqual(['g2']);
  expect(agentsOnShift(shifts, { from: at('2026-03-17', 9, 30), until: at('2026-03-17', 10) })).toEqual([]);
});

test('a slot id stands for its slot and nothing else', () => {
  const slot = { agentId: 'g1', from: 1, until: 2 };
  expect(slotOfId(slotIdOf(slot))).toEqual(slot);
  expect(slotIdOf(slot)).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(slotOfId('W10')).toBeNull();
});
