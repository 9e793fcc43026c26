/** Every fault that the suite must catch. */
import { CORE } from './core.ts';
import type { Mutant } from './mutant.ts';
import { PARTS } from './parts.ts';

export const MUTANTS: readonly Mutant[] = [...CORE, ...PARTS];
