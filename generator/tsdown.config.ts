import { cp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { viteImportGlobPlugin } from 'rolldown/experimental'
import { defineConfig } from 'tsdown'
import { licences } from './build/licences.ts'

/** One handlebars for us and for plop, and no second inquirer: questions are asked with ours, plop gets the answers. */
const alias = {
  handlebars: path.dirname(createRequire(import.meta.url).resolve('handlebars/package.json')),
  inquirer: path.join(import.meta.dirname, 'build/no-inquirer.ts'),
}

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
  inputOptions: { resolve: { mainFields: ['module', 'main'], alias } },
  plugins: [viteImportGlobPlugin(), licences('THIRD-PARTY-LICENSES')],
  outputOptions: { chunkFileNames: 'chunks/[name]-[hash].js', entryFileNames: '[name].js' },
  hooks: {
    'build:done': async ({ options: { outDir } }) => {
      const filter = (source: string) => path.basename(source) !== 'layer.ts'
      await cp('../templates', path.join(outDir, 'templates'), { recursive: true, filter })
      await cp('blocks', path.join(outDir, 'blocks'), { recursive: true })
      // npm packs only a licence that lies beside package.json.
      await cp('../LICENSE', 'LICENSE')
    },
  },
})
