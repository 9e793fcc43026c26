/** A copy of the working tree in a folder of its own: faults are planted there, never in the tree itself. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { planted, type Mutant } from './mutant.ts';

/** Not copied; packages are linked instead. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', '.cache', '.pacto', 'coverage']);

export interface Copy {
  readonly folder: string;
  /** Runs `work` while the fault is in the copy; afterwards the copy is as it was. */
  with<T>(mutant: Mutant, work: () => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

export async function copyOf(project: string): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'pacto-mutants-'));
  await cp(project, folder, { recursive: true, filter: (source) => !LEFT_OUT.has(relative(project, source).split(sep)[0] ?? '') });
  await symlink(join(project, 'node_modules'), join(folder, 'node_modules'), 'dir');
  return {
    folder,
    with: async (mutant, work) => {
      const path = join(folder, mutant.file);
      if (relative(folder, path).startsWith('..')) throw new Error(`${mutant.name}: ${mutant.file} is outside the copy.`);
      const sound = await readFile(path, 'utf8');
      await writeFile(path, planted(sound, mutant));
      try {
        return await work();
      } finally {
        await writeFile(path, sound);
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
