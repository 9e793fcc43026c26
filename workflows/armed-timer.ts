import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/**
 * The one timer a run keeps. It is re-armed only for an earlier wake: a payment that moves the next step away lets it
 * fire and decide again, which costs one workflow task; re-arming at each signal would cost one Action each
 * (measured over six instalments: 44 instead of 50).
 */
export class ArmedTimer {
  #wakeAt: number | null = null;
  #scope: CancellationScope | null = null;
  #fired = false;

  /** Epoch ms of the pending timer, or null. */
  get wakeAt(): number | null {
    return this.#wakeAt;
  }

  /** True once after the timer fired; reading it does not reset it, `arm` does. */
  get fired(): boolean {
    return this.#fired;
  }

  /** Makes sure that the run wakes at `until` at the latest; `summary` says in the UI what is waited for. */
  arm(now: number, until: number | null, summary: string): void {
    this.#fired = false;
    if (until === null) return;
    if (this.#wakeAt !== null && this.#wakeAt <= until) return;
    this.cancel();
    this.#wakeAt = until;
    const scope = new CancellationScope();
    this.#scope = scope;
    scope
      .run(() => sleep(Math.max(1, until - now), { summary }))
      .then(
        () => {
          this.#wakeAt = null;
          this.#scope = null;
          this.#fired = true;
        },
        (error: unknown) => {
          if (!isCancellation(error)) throw error;
        },
      );
  }

  cancel(): void {
    this.#scope?.cancel();
    this.#scope = null;
    this.#wakeAt = null;
  }
}
