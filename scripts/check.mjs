/** `npm run check`: format, lint, types, Rust lints, unit tests, and whether generated files are up to date. */
import { pathToFileURL } from 'node:url'
import { buildAll } from './build.mjs'
import { generate } from './gen.mjs'
import { cleanEnv, npm } from './npm.mjs'
import { CommandFailed, endAll, endWithUs, run } from './process.mjs'
import { root } from './root.mjs'
import { explain, step } from './steps.mjs'

/** Each check throws when it fails. Unit tests are apart: `npm test` runs all tests anyway. */
export const checks = [
  {
    name: 'format and lint (biome)',
    run: () => npm(['exec', '--', 'biome', 'ci', '--error-on-warnings', '--colors=off', '.'], { cwd: root }),
  },
  { name: 'types (tsc)', run: () => npm(['run', 'typecheck'], { cwd: root }) },
  { name: 'cargo fmt', run: () => cargo('fmt', '--all', '--check') },
  { name: 'cargo clippy', run: () => cargo('clippy', '--workspace', '--all-targets', '--', '-D', 'warnings') },
  { name: 'generated files are up to date', run: generatedFiles },
]

const unitTests = [
  { name: 'unit tests (cargo)', run: () => cargo('test', '--workspace') },
  { name: 'unit tests (generator)', run: () => vitest('generator') },
  { name: 'unit tests (core)', run: () => vitest('native-core') },
]

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  endWithUs()
  try {
    await buildAll()
    for (const check of [...checks, ...unitTests]) await step(check.name, async () => check.run())
  } catch (error) {
    explain(error)
    process.exitCode = 1
  } finally {
    await endAll(5)
  }
}

function cargo(...args) {
  return run('cargo', args, { cwd: root, env: cleanEnv() })
}

function vitest(folder) {
  return npm(['exec', '--', 'vitest', 'run'], { cwd: `${root}/${folder}` })
}

async function generatedFiles() {
  const before = await generatedState()
  await generate()
  const after = await generatedState()
  if (before === after) return
  throw new CommandFailed('npm run gen', 'changed generated files; commit them', after)
}

/** The content of what `gen` writes, so that files that are changed but not yet committed do not fail the check. */
async function generatedState() {
  const { generatedPaths } = await import('./gen.mjs')
  const { contentHash } = await import('./stamp.mjs')
  const status = await run('git', ['status', '--porcelain', '--', ...generatedPaths], { cwd: root })
  return `${status}${contentHash(generatedPaths)}`
}
