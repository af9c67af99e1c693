/**
 * `npm run release -- version`: turns the files in .changeset into the next version and into CHANGELOG.md.
 * `npm run release -- publish [--dry-run]`: publishes every package, the binaries first. They must all be there.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { buildPackages } from './build.mjs'
import { npm } from './npm.mjs'
import { pack, publishable, readJson, targetOf } from './packages.mjs'
import { endAll, endWithUs, Problem } from './process.mjs'
import { root } from './root.mjs'
import { explain, idle, step } from './steps.mjs'
import { targets } from './targets.mjs'

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

/**
 * Packs everything before anything is published. A package may depend only on what is there already, so the binaries go before the core
 * and the core before the generator; what the registry has already is left alone, so that a publication that broke off can go on.
 */
async function publish(dryRun) {
  const missing = targets.filter(({ file }) => !existsSync(file)).map(({ name }) => name)
  if (missing.length > 0 && !dryRun)
    throw new Problem({
      what: `There are no binaries for ${missing.join(', ')}.`,
      why: 'The core names all of them, and npm would install none where one was never published.',
      fix: 'Let the release workflow publish: it builds each on a system that can (.github/workflows/release.yml).',
    })
  await buildPackages()
  const into = mkdtempSync(join(tmpdir(), 'bolt-release-'))
  try {
    for (const { name, folder } of inOrder(publishable())) {
      const left = missing.includes(targetOf(name)?.name)
      await step(`${dryRun ? 'try to publish' : 'publish'} ${name}`, async () => {
        if (left) return idle('not built here')
        const [packed] = await pack([folder], into, repositoryField(folder))
        return publishTarball(packed, dryRun)
      })
    }
  } finally {
    rmSync(into, { recursive: true, force: true })
  }
}

function inOrder(packages) {
  const place = ({ name }) => (targetOf(name) ? 0 : name === '@bolt-app/core' ? 1 : 2)
  return packages.sort((a, b) => place(a) - place(b))
}

async function publishTarball({ name, version, tarball }, dryRun) {
  if (!dryRun && (await isPublished(name, version))) return idle('is published already')
  const args = [
    'publish',
    tarball,
    '--access',
    'public',
    '--ignore-scripts',
    '--tag',
    version.includes('-') ? 'next' : 'latest',
  ]
  if (process.env.GITHUB_ACTIONS === 'true') args.push('--provenance')
  if (dryRun) args.push('--dry-run')
  await npm(args, { cwd: root })
}

async function isPublished(name, version) {
  try {
    return (await npm(['view', `${name}@${version}`, 'version'], { cwd: root })).trim() === version
  } catch (error) {
    if (/\bE404\b/.test(error.output ?? '')) return false
    throw error
  }
}

/** Where the sources are, which a provenance statement is checked against: the repository that the workflow runs in. */
function repositoryField(folder) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env
  if (!server || !repository) return {}
  return { repository: { type: 'git', url: `git+${server}/${repository}.git`, directory: relative(root, folder) } }
}
