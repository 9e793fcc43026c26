import { pino } from 'pino';
import { expect, test } from 'vitest';
import { clientOf, MOST_MISSES, tokenGuard } from '../../src/http/token-guard.ts';

function guarded(): { readonly guard: ReturnType<typeof tokenGuard>; readonly lines: string[]; readonly clock: { now: number } } {
  const [lines, clock] = [[] as string[], { now: 1_000_000 }];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  return { guard: tokenGuard({ ctx: { log }, now: () => clock.now }), lines, clock };
}

test('a client that tried thirty tokens that open nothing is refused until ten minutes after the first, others are not', () => {
  const { guard, clock } = guarded();
  for (let n = 1; n < MOST_MISSES; n += 1) guard.missed('203.0.113.7');
  expect(guard.refusedFor('203.0.113.7')).toBe(0);
  clock.now += 60_000;
  guard.missed('203.0.113.7');
  expect(guard.refusedFor('203.0.113.7')).toBe(540_000);
  expect(guard.refusedFor('203.0.113.8')).toBe(0);
  clock.now += 540_000;
  expect(guard.refusedFor('203.0.113.7')).toBe(0);
  guard.missed('203.0.113.7');
  expect(guard.refusedFor('203.0.113.7')).toBe(0);
});

test('it is logged once, without the address', () => {
  const { guard, lines } = guarded();
  for (let n = 0; n < MOST_MISSES + 20; n += 1) guard.missed('203.0.113.7');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('tokens that open nothing');
  expect(lines[0]).not.toContain('203.0.113.7');
});

test('however many clients try, the memory stays bounded', () => {
  const { guard } = guarded();
  for (let n = 0; n < 30_000; n += 1) guard.missed(`c${n}`);
  for (let n = 0; n < MOST_MISSES; n += 1) guard.missed('c0');
  expect(guard.refusedFor('c0')).toBeGreaterThan(0);
});

test.each([
  ['203.0.113.7', '203.0.113.7'], ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'], ['2001:db8:1:2::9', '2001:db8:1:2::/64'], ['2001:db8::1', '2001:db8:0:0::/64'], ['::1', '0:0:0:0::/64'], ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
])('%s counts as %s', (ip, client) => {
  expect(clientOf(ip)).toBe(client);
});
