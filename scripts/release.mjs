/**
 * `npm run release -- version`: turns the files in .changeset into the next version and into CHANGELOG.md.
 * `npm run release -- publish [--dry-run]`: builds, then publishes every package, the binaries first.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildAll } from './build.mjs'
import { npm } from './npm.mjs'
import { endAll, endWithUs, Problem } from './process.mjs'
import { publishable, readJson } from './registry.mjs'
import { root } from './root.mjs'
import { explain, step } from './steps.mjs'

const [command, ...flags] = process.argv.slice(2)

endWithUs()
try {
  if (command === 'version') await version()
  else if (command === 'publish') await publish(flags.includes('--dry-run'))
  else
    throw new Problem({
      what: `Unknown release step "${command ?? ''}".`,
      fix: 'npm run release -- version, or: npm run release -- publish',
    })
} catch (error) {
  explain(error)
  process.exitCode = 1
} finally {
  await endAll(5)
}

async function version() {
  const lines = changes()
  if (lines.length === 0)
    throw new Problem({ what: 'There is no changeset.', fix: 'Describe the change first: npx changeset' })
  await npm(['exec', '--', 'changeset', 'version'], { cwd: root, output: 'show' })
  await npm(['install', '--package-lock-only', '--ignore-scripts'], { cwd: root })
  const next = readJson(join(root, 'generator', 'package.json')).version
  const file = join(root, 'CHANGELOG.md')
  const [head, ...rest] = readFileSync(file, 'utf8').split(/\n(?=## )/)
  writeFileSync(
    file,
    [head.trimEnd(), `\n## ${next}\n\n${lines.map((line) => `- ${line}`).join('\n')}\n`, ...rest].join('\n'),
  )
  console.log(`CHANGELOG.md and every package.json now say ${next}.`)
}

/** Lines of all changesets, breaking ones first. */
function changes() {
  const order = ['breaking', 'added', 'changed', 'fixed']
  const folder = join(root, '.changeset')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .sort()
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .replace(/^---\n[\s\S]*?\n---\n/, '')
        .split('\n'),
    )
    .filter((line) => line.trim() !== '')
    .sort((a, b) => order.indexOf(a.split(':')[0]) - order.indexOf(b.split(':')[0]))
}

async function publish(dryRun) {
  await buildAll()
  const binariesFirst = publishable().sort(
    (a, b) => Number(b.folder.includes('/npm/')) - Number(a.folder.includes('/npm/')),
  )
  for (const { name, folder } of binariesFirst) {
    await step(`${dryRun ? 'try to publish' : 'publish'} ${name}`, () =>
      npm(['publish', '--access', 'public', '--ignore-scripts', ...(dryRun ? ['--dry-run'] : [])], {
        cwd: folder,
      }).then(() => true),
    )
  }
}
