/** TCP ports of the sandbox, always on 127.0.0.1. */
import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The address everything in the sandbox listens on: nothing is reachable from outside the machine. */
export const LOOPBACK = '127.0.0.1';

/**
 * The ports we choose from: under 32768, where Linux begins to hand out ports for outgoing connections (49152 elsewhere).
 * Asking the system for port 0 lost: it answers from that range, so any connection of the machine could take a port
 * between our choice and our listening, or while a killed process was away (seen in CI on 2026-11-27).
 */
const [LOWEST, HIGHEST] = [10_000, 32_767];

/** A port that nobody listens on now. Somebody else may take it before we do: whoever listens on it must still handle that. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`this machine gives no free TCP port from ${LOWEST} to ${HIGHEST}`);
}

/** True when we could listen on this port now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/** Waits until something accepts connections on the port, or until `giveUp` says so; true when it does. */
export async function waitForListener(port: number, giveUp: () => boolean, everyMs = 50): Promise<boolean> {
  while (!giveUp()) {
    if (await accepts(port)) return true;
    await sleep(everyMs);
  }
  return false;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
