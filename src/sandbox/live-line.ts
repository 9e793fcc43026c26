/** The line that moves while the sandbox lives: the virtual date and what has happened so far. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveCounts } from '../db/sandbox-progress.ts';

export type Language = 'en' | 'es';

const WORDS: Readonly<Record<Language, { readonly [K in keyof LiveCounts]: readonly [one: string, many: string] }>> = {
  en: { sms: ['SMS', 'SMS'], emails: ['e-mail', 'e-mails'], payments: ['payment', 'payments'], callbacks: ['callback', 'callbacks'], preLegal: ['pre-legal', 'pre-legal'], settled: ['settled', 'settled'] },
  es: { sms: ['SMS', 'SMS'], emails: ['correo', 'correos'], payments: ['pago', 'pagos'], callbacks: ['llamada', 'llamadas'], preLegal: ['prejudicial', 'prejudiciales'], settled: ['saldado', 'saldados'] },
};
const ORDER: readonly (keyof LiveCounts)[] = ['sms', 'emails', 'payments', 'callbacks', 'preLegal', 'settled'];

/** Spanish for a machine that speaks it, else English. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  return /^es/i.test(env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '') ? 'es' : 'en';
}

/** `2026-12-05 · 14 SMS · 9 e-mails · …`; `now` is virtual epoch ms, the date is UTC's. */
export function liveLine(now: number, counts: LiveCounts, language: Language): string {
  const parts = ORDER.map((key) => `${counts[key]} ${WORDS[language][key][counts[key] === 1 ? 0 : 1]}`);
  return [new Date(now).toISOString().slice(0, 10), ...parts].join(' · ');
}

export interface LiveLineOptions {
  readonly read: () => Promise<{ now: number; counts: LiveCounts }>;
  readonly language: Language;
  readonly out: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
  readonly everyMs?: number;
}

const EVERY_MS = 1_000;

/** Shows the line once a second until the signal: in place on a terminal, as a new line whenever it changed elsewhere. */
export async function showLiveLine(options: LiveLineOptions, signal: AbortSignal): Promise<void> {
  const { out, read, language } = options;
  const terminal = out.isTTY === true;
  let shown = '';
  while (!signal.aborted) {
    // A database that is being started again has nothing to say for a second.
    const reading = await read().catch(() => null);
    if (signal.aborted) break;
    const line = reading === null ? shown : liveLine(reading.now, reading.counts, language);
    if (terminal && line !== '') out.write(`\r\x1b[2K${line.slice(0, Math.max(20, (out.columns ?? 120) - 1))}`);
    else if (line !== shown) out.write(`${line}\n`);
    shown = line;
    await sleep(options.everyMs ?? EVERY_MS, undefined, { signal }).catch(() => {});
  }
  if (terminal && shown !== '') out.write('\n');
}
