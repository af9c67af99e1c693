/** `npm run gen`: writes every generated file of the repository. */
import { pathToFileURL } from 'node:url'
import { buildAll } from './build.mjs'
import { npm } from './npm.mjs'
import { endAll, endWithUs } from './process.mjs'
import { root } from './root.mjs'
import { explain, step } from './steps.mjs'

/** What `generate` writes, relative to the repository. */
export const generatedPaths = ['docs/generated', 'docs/conformance.md', 'generator/test/snapshots']

/** Runs each workspace's own `gen` script. */
export async function generate() {
  await npm(['run', 'gen', '--workspaces', '--if-present'], { cwd: root })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  endWithUs()
  try {
    await buildAll()
    await step('generated files', async () => generate())
  } catch (error) {
    explain(error)
    process.exitCode = 1
  } finally {
    await endAll(5)
  }
}
