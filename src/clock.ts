/** The business clock as everything outside workflow code sees it: wall in production, wall + offset in the sandbox. */
export interface Clock {
  readonly kind: 'wall' | 'virtual';
  /**
   * Epoch ms of the business clock. Asynchronous because the virtual one reads its offset from PostgreSQL. Whoever is in
   * a transaction gives it: as many transactions as the pool has connections, each asking for one more, wait for ever.
   */
  now(transaction?: object): Promise<number>;
}

/** Wall time; the only place besides src/config.ts, the CLI and the sandbox that reads the machine's clock. */
export function wallNow(): number {
  return Date.now();
}

export function wallClock(): Clock {
  return { kind: 'wall', now: () => Promise.resolve(wallNow()) };
}
