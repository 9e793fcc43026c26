/** A Temporal history as it is stored: proto3 JSON of `History`, as `temporal workflow show --output json` writes it and the UI reads it. */
import { z } from 'zod';

/** What is read of an event here; the rest is kept as it is. */
const event = z.looseObject({ eventId: z.string(), eventType: z.string() });
export const storedHistory = z.strictObject({ events: z.array(event).min(1) });
export type StoredHistory = z.infer<typeof storedHistory>;

/** Names of one test run, which a stored history replaces by those of an installation. */
export interface RunNames {
  /** The queues are `<prefix>-agreements` …, the deployment is `pacto-<prefix>` or `<prefix>`. */
  readonly prefix: string;
}

const PAYLOAD = z.looseObject({ metadata: z.looseObject({ encoding: z.string() }), data: z.string().default('') });

/** `pid@host`, the SDK's name for a process, in whichever field. */
const PROCESS = /^\d+@\S+$/;

/**
 * The same history without what belongs to the machine or the test that made it: no `pid@host`, no stack traces (they
 * hold paths), queues and deployment as in production. Nothing that a replay compares is touched but those names.
 */
export function withoutMachine(history: unknown, { prefix }: RunNames): unknown {
  if (typeof history === 'string') return history.replace(PROCESS, 'pacto').replaceAll(`pacto-${prefix}`, 'pacto').replaceAll(`${prefix}-`, '').replaceAll(prefix, 'pacto');
  if (Array.isArray(history)) return history.map((one) => withoutMachine(one, { prefix }));
  if (typeof history !== 'object' || history === null) return history;
  const kept = Object.entries(history).filter(([key]) => key !== 'stackTrace');
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutMachine(value, { prefix })]));
}

/** Every payload of a history, decoded: what Temporal was told about an agreement. */
export function payloadsOf(history: unknown): string[] {
  if (Array.isArray(history)) return history.flatMap(payloadsOf);
  if (typeof history !== 'object' || history === null) return [];
  const payload = PAYLOAD.safeParse(history);
  if (payload.success) return [decode(payload.data.data)];
  return Object.values(history).flatMap(payloadsOf);
}

/** The argument with which the run was started. */
export function startInputOf(history: StoredHistory): unknown {
  const started = z.looseObject({
    workflowExecutionStartedEventAttributes: z.looseObject({ input: z.looseObject({ payloads: z.array(PAYLOAD).min(1) }) }),
  }).parse(history.events[0]);
  return JSON.parse(decode(started.workflowExecutionStartedEventAttributes.input.payloads[0]?.data ?? ''));
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** A phone, a mail address, a name: nothing of the kind may be in Temporal, so any match is an error, whoever it is. */
const PERSONAL = [/\+\d{8,15}\b/, /[\w.-]+@[\w-]+\.\w+/, /\bAna\b|\bPrueba\b|\bFicticia\b/, /\b\d{1,2}\.\d{3}\.\d{3}-[\dkK]\b/];
const MACHINE = [/(^|[\s"'(])\/(work|home|root|tmp|usr|var|Users)\//, /\d+@[\w.-]+/, /[A-Z]:\\\\/, /file:\/\//];

/** What must not be in a stored history, by the sentence that says why; empty when it may be kept. */
export function unfit(history: unknown): string[] {
  const texts = [JSON.stringify(history), ...payloadsOf(history)];
  const found = (patterns: readonly RegExp[], why: string) => texts.flatMap((text) => patterns.flatMap((pattern) => {
    const match = pattern.exec(text);
    return match === null ? [] : [`${why}: ${match[0].slice(0, 60)}`];
  }));
  return [...found(PERSONAL, 'personal data'), ...found(MACHINE, 'a machine')];
}
