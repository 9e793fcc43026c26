/** Runs the path files, which no suite includes: they make histories, they do not judge. Started by tests/replay/save.ts. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'histories', root: '.', include: ['tests/replay/paths/*.path.ts'], globalSetup: ['tests/setup/global.ts'], maxWorkers: 2,
    testTimeout: 600_000, hookTimeout: 60_000,
  },
});
