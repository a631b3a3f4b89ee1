import { defineConfig } from 'vitest/config'

// Tests with real programs: they share the machine's cores, so one file at a time.
export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    // Four browsers that send and see each other need more than two cores for a quarter of
    // a minute at a time: make endurance runs what is named long.
    include: [process.env['LONG'] ? '**/*.long.ts' : '**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
