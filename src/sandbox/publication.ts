/** Keeps sandbox.json true while processes fall and come back: one write at a time, the last state last, nothing after the withdrawal. */
import { removeSandbox, type Sandbox, writeSandbox } from './sandbox-file.ts';

export class Publication {
  readonly #dataDir: string;
  readonly #state: () => Sandbox;
  #isOpen = false;
  #last: Promise<void> = Promise.resolve();

  /** `state` is asked at the moment of each write. */
  constructor(dataDir: string, state: () => Sandbox) {
    this.#dataDir = dataDir;
    this.#state = state;
  }

  /** Publishes for the first time: the sandbox is ready. */
  open(): Promise<void> {
    this.#isOpen = true;
    return this.refresh();
  }

  /** Publishes anew; nothing while it is not open. Two processes that change at once would else write over each other. */
  refresh(): Promise<void> {
    return this.#after(async () => {
      if (this.#isOpen) await writeSandbox(this.#dataDir, this.#state());
    });
  }

  /** Takes the file away for good. */
  withdraw(): Promise<void> {
    this.#isOpen = false;
    return this.#after(() => removeSandbox(this.#dataDir));
  }

  #after(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
