import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 15_000,
    // Processes, not threads: several tests end worker threads or whole processes on purpose.
    pool: 'forks',
  },
})
