import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['fixtures/environment.ts'],
    globalSetup: ['fixtures/registry.ts'],
    // Whole applications run in these tests: one file at a time on two cores.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
})
