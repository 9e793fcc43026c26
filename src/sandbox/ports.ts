/** TCP ports of the sandbox, always on 127.0.0.1. */
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The address everything in the sandbox listens on: nothing is reachable from outside the machine. */
export const LOOPBACK = '127.0.0.1';

/** A port that nobody listens on now. Somebody else may take it before we do: whoever listens on it must still handle that. */
export async function freePort(): Promise<number> {
  const port = await bind(0);
  if (port === null) throw new Error('this machine gives no free TCP port');
  return port;
}

/** True when we could listen on this port now. */
export async function isFree(port: number): Promise<boolean> {
  return (await bind(port)) !== null;
}

function bind(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => resolve(bound));
    });
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
