import { cp, rm } from 'node:fs/promises'
import { viteImportGlobPlugin } from 'rolldown/experimental'
import { defineConfig } from 'tsdown'

/** The package is one bundle in lazily loaded chunks: no runtime dependency, templates and blueprints inside. */
export default defineConfig({
  entry: { 'create-bolt-app': 'bin/create-bolt-app.ts', bolt: 'bin/bolt.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outDir: 'dist',
  clean: true,
  dts: false,
  minify: 'dce-only',
  noExternal: /./,
  plugins: [viteImportGlobPlugin()],
  outputOptions: { chunkFileNames: 'chunks/[name]-[hash].js', entryFileNames: '[name].js' },
  hooks: {
    'build:done': async () => {
      await rm('dist/templates', { recursive: true, force: true })
      await cp('../templates', 'dist/templates', {
        recursive: true,
        filter: (source) => !source.endsWith('layer.ts') && !source.includes('node_modules'),
      })
    },
  },
})
