/** The stored histories of the releases: a folder a release, append-only, with an index that says which code made them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { storedHistory, type StoredHistory } from './history.ts';

export const REPLAY_FOLDER = import.meta.dirname;
export const INDEX = 'index.json';
/** Where the path files leave what they kept until the saver takes it over. */
export const DRAFTS = join(REPLAY_FOLDER, '..', '..', '.cache', 'histories');

const entry = z.strictObject({
  path: z.string(), what: z.string(), workflowType: z.string(), workflowId: z.string(),
  /** Of the file as it is stored: a history that is changed afterwards shows. */
  sha256: z.string().length(64),
});
export type Entry = z.infer<typeof entry>;

const index = z.strictObject({
  release: z.string(),
  /** Of the workflow code that made them (src/worker/bundle.ts), and the SDK's version. */
  buildIds: z.array(z.string()).min(1), sdk: z.string(),
  histories: z.array(entry).min(1),
});
export type ReleaseIndex = z.infer<typeof index>;

/** What a path file leaves: the history and what the index says of it. */
export const draft = z.strictObject({ path: z.string(), workflowType: z.string(), workflowId: z.string(), buildId: z.string(), history: storedHistory });
export type Draft = z.infer<typeof draft>;

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The releases that have stored histories, oldest first. */
export function releases(): string[] {
  return readdirSync(REPLAY_FOLDER, { withFileTypes: true })
    .filter((folder) => folder.isDirectory() && /^\d+\.\d+\.\d+$/.test(folder.name))
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Whether the changelog has a section of this version: then its histories are closed. */
export function isReleased(version: string, changelog: string): boolean {
  return changelog.split('\n').some((line) => line === `## ${version}` || line.startsWith(`## ${version} `) || line.startsWith(`## [${version}]`));
}

export function readIndex(release: string): ReleaseIndex {
  return index.parse(JSON.parse(readFileSync(join(REPLAY_FOLDER, release, INDEX), 'utf8')));
}

export interface Kept extends Entry {
  readonly release: string;
  readonly text: string;
  readonly history: StoredHistory;
}

/** Every stored history of a release, with its text. */
export function keptOf(release: string): Kept[] {
  return readIndex(release).histories.map((one) => {
    const text = readFileSync(join(REPLAY_FOLDER, release, `${one.path}.json`), 'utf8');
    return { ...one, release, text, history: storedHistory.parse(JSON.parse(text)) };
  });
}
