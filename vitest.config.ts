import { defineConfig } from 'vitest/config';
import { PURE_FOLDERS } from './tests/setup/suites.ts';

const pure = PURE_FOLDERS.map((folder) => `tests/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'pure', include: pure, testTimeout: 30_000 } },
      {
        extends: true,
        test: {
          name: 'real', include: ['tests/**/*.test.ts'], exclude: pure,
          // Patience, not a measure: a hook that takes 15 s on an idle machine took over a minute at a load of 16.
          globalSetup: ['tests/setup/global.ts'], testTimeout: 120_000, hookTimeout: 240_000,
        },
      },
    ],
  },
});
