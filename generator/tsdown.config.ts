import { cp } from 'node:fs/promises'
import path from 'node:path'
import { viteImportGlobPlugin } from 'rolldown/experimental'
import { defineConfig } from 'tsdown'
import { licences } from './build/licences.ts'

/** The package is one bundle in lazily loaded chunks: no runtime dependency, templates and blueprints inside. */
export default defineConfig({
  entry: { 'create-bolt-app': 'bin/create-bolt-app.ts', bolt: 'bin/bolt.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  clean: true,
  dts: false,
  minify: 'dce-only',
  noExternal: /./,
  // jsonc-parser's `main` finds its parts by names a bundler cannot follow; its `module` does not.
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  plugins: [viteImportGlobPlugin(), licences('THIRD-PARTY-LICENSES')],
  outputOptions: { chunkFileNames: 'chunks/[name]-[hash].js', entryFileNames: '[name].js' },
  hooks: {
    'build:done': ({ options: { outDir } }) =>
      cp('../templates', path.join(outDir, 'templates'), {
        recursive: true,
        filter: (source) => path.basename(source) !== 'layer.ts',
      }),
  },
})
