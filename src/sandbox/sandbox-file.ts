/** `<data>/sandbox.json`: how everybody else finds the running sandbox. It exists exactly while the sandbox is ready. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from './data-folder.ts';

const FILE = 'sandbox.json';
/** It holds the admin key. */
const ONLY_OWNER = 0o600;
const pid = z.number().int();

export const sandboxSchema = z.object({
  apiUrl: z.string(),
  consoleUrl: z.string().nullable(),
  temporalUi: z.string(),
  temporalAddress: z.string(),
  namespace: z.string(),
  databaseUrl: z.string(),
  providerUrl: z.string(),
  smtpPort: z.number().int(),
  outboxUrl: z.string(),
  adminKey: z.string(),
  accounts: z.array(z.object({ role: z.string(), user: z.string(), password: z.string() })),
  /** temporal and postgres are 0 when a server of the user's own is used. */
  pids: z.object({ api: pid, worker: pid, pump: pid, temporal: pid, postgres: pid, provider: pid }),
});

export type Sandbox = z.infer<typeof sandboxSchema>;

/** Where the file of a data folder stands. */
export function sandboxFile(dataDir: string): string {
  return join(dataDir, FILE);
}

/** The running sandbox of a data folder, or null when none is ready. */
export async function readSandbox(dataDir: string): Promise<Sandbox | null> {
  try {
    return sandboxSchema.parse(JSON.parse(await readFile(sandboxFile(dataDir), 'utf8')));
  } catch {
    return null;
  }
}

/** Publishes the sandbox, all at once. */
export function writeSandbox(dataDir: string, sandbox: Sandbox): Promise<void> {
  return writeAtomically(sandboxFile(dataDir), `${JSON.stringify(sandbox, null, 2)}\n`, ONLY_OWNER);
}

/** Takes the sandbox off the list. */
export function removeSandbox(dataDir: string): Promise<void> {
  return rm(sandboxFile(dataDir), { force: true });
}
