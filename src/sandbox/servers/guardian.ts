/** Ends the servers of a program that was killed without a chance to end them itself (SIGKILL, out of memory). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Watches processes on behalf of this one: they are ended when this process disappears. */
export interface Guardian {
  /** Process id of the guardian now. */
  pid(): number;
  watch(pid: number): void;
  unwatch(pid: number): void;
  /** Ends the guardian itself; what it still watches is left running. */
  close(): void;
}

/** Starts the guardian, a process of its own whose standard input is a pipe from this one: the kernel closes it when we are gone. */
export function startGuardian(): Guardian {
  const watched = new Set<number>();
  let closed = false;
  let child = launch();

  function launch() {
    // detached: a Ctrl-C in the terminal must not reach the guardian before we have stopped everything in order.
    const process_ = spawn(process.execPath, [join(import.meta.dirname, 'guardian-process.ts')], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    process_.stdin.on('error', () => {});
    process_.unref();
    process_.on('exit', () => {
      if (closed) return;
      child = launch();
      for (const pid of watched) send('watch', pid);
    });
    return process_;
  }

  function send(verb: 'watch' | 'unwatch', pid: number): void {
    child.stdin.write(`${verb} ${pid}\n`);
  }

  return {
    pid: () => child.pid ?? 0,
    watch(pid) {
      watched.add(pid);
      send('watch', pid);
    },
    unwatch(pid) {
      watched.delete(pid);
      if (!closed) send('unwatch', pid);
    },
    close() {
      closed = true;
      for (const pid of watched) send('unwatch', pid);
      child.stdin.end();
    },
  };
}
