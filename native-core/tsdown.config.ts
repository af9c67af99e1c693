import { defineConfig } from 'tsdown'
import manifest from './package.json' with { type: 'json' }

/**
 * One file instead of sixty: loading modules is most of what a small application spends at start. Declarations come from the compiler, and
 * dist is not emptied, because a running watcher may have it open.
 */
export default defineConfig({
  entry: { index: 'src/index.ts', testing: 'src/testing.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  clean: false,
  dts: false,
  fixedExtension: false,
  minify: 'dce-only',
  define: { CORE_VERSION: JSON.stringify(manifest.version) },
})
