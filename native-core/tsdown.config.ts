import { defineConfig, type UserConfig } from 'tsdown'
import manifest from './package.json' with { type: 'json' }

/**
 * Few files instead of sixty: loading modules is most of what a small application spends at start. Declarations come from the compiler, and
 * dist is not emptied, because a running watcher may have it open.
 */
const common: UserConfig = {
  platform: 'node',
  target: 'node20',
  clean: false,
  dts: false,
  fixedExtension: false,
  minify: 'dce-only',
  define: { CORE_VERSION: JSON.stringify(manifest.version) },
}

export default defineConfig([
  {
    ...common,
    entry: { index: 'src/index.ts', testing: 'src/testing.ts' },
    format: 'esm',
    plugins: [{ name: 'builtins-by-process', renderChunk: askProcess }],
  },
  // By itself, so that an application without it has no file more to read; the few modules that both have are small.
  {
    ...common,
    entry: { postgres: 'src/postgres/index.ts' },
    format: 'esm',
    plugins: [{ name: 'builtins-by-process', renderChunk: askProcess }],
  },
  {
    ...common,
    entry: { sqlite: 'src/sqlite/index.ts' },
    format: 'esm',
    plugins: [{ name: 'builtins-by-process', renderChunk: askProcess }],
  },
  // By itself, because it needs Drizzle, which not every application has.
  {
    ...common,
    entry: { drizzle: 'src/drizzle/index.ts' },
    format: 'esm',
    plugins: [{ name: 'builtins-by-process', renderChunk: askProcess }],
  },
  // As CommonJS, because `host.ts` needs it at once, when there is no engine, and Node 20 requires nothing else.
  { ...common, entry: { fallback: 'src/fallback/binding.ts' }, format: 'cjs' },
])

/**
 * Takes modules of Node from the process. An import statement looks at everything that they export, which loads what they are made of: with
 * the first function of `node:fs` come its streams and promises.
 */
function askProcess(code: string): string {
  return code.replace(
    /^import \{ (.+) \} from "(node:[\w/]+)";$/gm,
    (_, names: string, id) => `const { ${names.replaceAll(' as ', ': ')} } = process.getBuiltinModule("${id}");`,
  )
}
