/** The guardian's own program: lines `watch <pid>` and `unwatch <pid>` on stdin; end of input means our owner is gone. */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../alive.ts';

const GRACE_MS = 8000;
const LOOK_MS = 100;
const watched = new Set<number>();

for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, digits] = line.split(' ');
  const pid = Number(digits);
  if (!Number.isSafeInteger(pid) || pid <= 1) continue;
  if (verb === 'watch') watched.add(pid);
  if (verb === 'unwatch') watched.delete(pid);
}

for (const pid of watched) signal(pid, 'SIGTERM');
for (let waited = 0; waited < GRACE_MS && [...watched].some(isAlive); waited += LOOK_MS) {
  // PostgreSQL waits for its clients on SIGTERM; half-way through it is told to disconnect them.
  if (waited === GRACE_MS / 2) for (const pid of watched) signal(pid, 'SIGINT');
  await sleep(LOOK_MS);
}
for (const pid of watched) signal(pid, 'SIGKILL');

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    watched.delete(pid);
  }
}
