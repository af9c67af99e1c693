import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: 'test/support/bundle.ts',
    include: ['test/**/*.test.ts'],
    exclude: ['test/snapshots/**', 'test/fixtures/**'],
    testTimeout: 60_000,
  },
})
