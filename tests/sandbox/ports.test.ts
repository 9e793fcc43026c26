import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, isFree, LOOPBACK } from '../../src/sandbox/ports.ts';

/** Linux hands out ports for outgoing connections from here on (/proc/sys/net/ipv4/ip_local_port_range). */
const FIRST_OUTGOING = 32_768;

test('a port of the sandbox is never one that the system gives to an outgoing connection', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  for (const port of ports) expect(port).toBeGreaterThanOrEqual(10_000);
  for (const port of ports) expect(port).toBeLessThan(FIRST_OUTGOING);
  // Two at the same moment would meet about once in 22,768: fifty at once are all different, or nearly.
  expect(new Set(ports).size).toBeGreaterThan(45);
});

test('a port that somebody listens on is not free', async () => {
  const port = await freePort();
  const server = await listen(port);
  expect(await isFree(port)).toBe(false);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  expect(await isFree(port)).toBe(true);
});

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, LOOPBACK, () => resolve(server));
  });
}
