/** The pump's health: at work is healthy, also in one long round; hanging is not. */
import { expect, test } from 'vitest';
import { pulseOf } from '../../src/intake/pulse.ts';
import type { Receiver } from '../../src/intake/pump.ts';
import { openSidePort } from '../../src/observability/side-port.ts';

const receiver: Receiver = { start: async () => ({ runId: 'r', already: false }), signal: async () => 'sent' };
const start = { workflowId: 'w', workflowType: 'agreement', input: null } as const;

test('a pump that hangs is found after a minute; rounds and rows both count as work', async () => {
  let now = 0;
  const pulse = pulseOf(receiver, () => Promise.resolve(), () => now);
  const port = await openSidePort({ port: 0, host: '127.0.0.1', healthy: () => pulse.healthy(), metrics: () => pulse.metrics() });
  const health = async () => (await fetch(`http://127.0.0.1:${port.port}/healthz`)).status;
  now = 59_000;
  expect(await health()).toBe(200);
  now = 60_000;
  expect(await health()).toBe(503);
  await pulse.receiver.start(start);
  expect(await health()).toBe(200);
  now = 119_000;
  await pulse.receiver.signal('w', 'paymentBooked', null);
  now = 170_000;
  expect(await health()).toBe(200);
  now = 200_000;
  expect(await health()).toBe(503);
  await pulse.pause(1_000);
  expect(await health()).toBe(200);
  expect(await (await fetch(`http://127.0.0.1:${port.port}/metrics`)).text()).toContain('pacto_pump_rows_total 2\n');
  await port.close();
});

test('a call that fails is no work', async () => {
  let now = 0;
  const away: Receiver = { ...receiver, start: () => Promise.reject(new Error('Temporal is away')) };
  const pulse = pulseOf(away, () => Promise.resolve(), () => now);
  now = 60_000;
  await expect(pulse.receiver.start(start)).rejects.toThrow('away');
  expect(pulse.healthy()).toBe(false);
});
