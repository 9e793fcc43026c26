import { expect, test } from 'vitest';
import { Fleet } from '../../src/sandbox/fleet.ts';
import { keepRunning, type Running } from '../../src/sandbox/kept-process.ts';

/** A process that ends when told to, and remembers that it was stopped. */
function fakeProcess(pid: number): Running & { die(): void; stopped: boolean } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const process_ = { pid, exited: promise, stopped: false, die: resolve, stop: () => (process_.stopped = true, resolve(), promise) };
  return process_;
}

test('a process that dies is started again; one that is stopped is not', async () => {
  const lives: ReturnType<typeof fakeProcess>[] = [];
  const started: number[] = [];
  const again = Promise.withResolvers<void>();
  const kept = await keepRunning({
    name: 'worker', onStart: (pid) => (started.push(pid), pid === 2 && again.resolve()),
    launch: () => {
      const life = fakeProcess(lives.length + 1);
      lives.push(life);
      return Promise.resolve(life);
    },
  });
  expect(kept.pid()).toBe(1);
  lives[0]?.die();
  await again.promise;
  expect({ pid: kept.pid(), deaths: kept.deaths(), started }).toEqual({ pid: 2, deaths: 1, started: [1, 2] });
  await kept.stop();
  expect({ stopped: lives[1]?.stopped, launches: lives.length }).toEqual({ stopped: true, launches: 2 });
});

test('a first start that fails is the caller\'s to know', async () => {
  await expect(keepRunning({ name: 'postgres', launch: () => Promise.reject(new Error('port taken')) })).rejects.toThrow('port taken');
});

test('the fleet stops those who take work before those who do it, and the servers last', async () => {
  const order: string[] = [];
  const fleet = new Fleet({ onStart: () => {}, onDeath: () => {} });
  for (const name of ['postgres', 'temporal', 'provider', 'worker', 'pump', 'api'] as const) {
    await fleet.keep(name, () => {
      const life = fakeProcess(7);
      return Promise.resolve({ ...life, stop: () => (order.includes(name) || order.push(name), life.stop()) });
    });
  }
  expect(fleet.pids()).toEqual({ api: 7, worker: 7, pump: 7, temporal: 7, postgres: 7, provider: 7 });
  await fleet.stop();
  expect(new Set(order.slice(0, 2))).toEqual(new Set(['api', 'pump']));
  expect(order.slice(2, 4)).toEqual(['worker', 'provider']);
  expect(new Set(order.slice(4))).toEqual(new Set(['postgres', 'temporal']));
});
