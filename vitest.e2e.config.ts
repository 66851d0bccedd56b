import { defineConfig } from 'vitest/config';

/** Whole journeys in a real window or browser: few, one at a time (two cores, one display). */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    globalSetup: ['scripts/build-for-tests.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
