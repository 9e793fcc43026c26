/** The strategies that come with Pacto, as files beside this one. Reads the disk: not for workflow code. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseStrategy } from './schema.ts';
import type { Strategy } from './strategy.ts';

export interface ShippedStrategy {
  readonly strategy: Strategy;
  /** The file as it is written. */
  readonly source: string;
}

/** A changed file is a new version: a published one never changes. */
const VERSIONS: Readonly<Record<string, number>> = { standard: 2, assigned: 2 };

/** Every shipped strategy, by name; throws ERR_STRATEGY when a file is not valid. */
export function shippedStrategies(): ShippedStrategy[] {
  const folder = new URL('./shipped/', import.meta.url);
  return readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort().map((name) => {
    const source = readFileSync(new URL(name, folder), 'utf8');
    return { strategy: parseStrategy(source, { version: VERSIONS[name.replace(/\.yaml$/, '')] ?? 1 }), source };
  });
}
