import { defineConfig } from 'vitest/config'
import manifest from './package.json' with { type: 'json' }

export default defineConfig({
  define: { CORE_VERSION: JSON.stringify(manifest.version) },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 15_000,
    // Processes, not threads: several tests end worker threads or whole processes on purpose.
    pool: 'forks',
  },
})
