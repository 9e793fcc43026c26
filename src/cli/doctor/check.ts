/** One thing that `pacto doctor` looked at. */

/** `warn` works, but somebody should know; `wrong` does not work. */
export type Standing = 'ok' | 'warn' | 'wrong';

export interface Check {
  readonly name: string;
  readonly standing: Standing;
  /** What was found, in one sentence. */
  readonly found: string;
  /** What to do about it; null when there is nothing to do. */
  readonly remedy: string | null;
}

export function ok(name: string, found: string): Check {
  return { name, standing: 'ok', found, remedy: null };
}

export function warn(name: string, found: string, remedy: string): Check {
  return { name, standing: 'warn', found, remedy };
}

export function wrong(name: string, found: string, remedy: string): Check {
  return { name, standing: 'wrong', found, remedy };
}

/** How long one question may take, in ms. */
export const PATIENCE_MS = 5_000;

/** What an error says by itself: its code, else the first line of its message; causes and stacks stay in it. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  if (!(error instanceof Error)) return 'no reason given';
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  return `${code}${error.message.split('\n')[0] ?? ''}`.slice(0, 200);
}

/** Clocks are compared to the middle of the question: `sentAt` and `answeredAt` are ours, all epoch ms. */
export function skewOf(theirs: number, sentAt: number, answeredAt: number): number {
  return theirs - (sentAt + answeredAt) / 2;
}
