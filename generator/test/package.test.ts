import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { blueprints } from '../src/create/sources.ts'
import { loadLayers } from '../src/layers.ts'
import { planProject } from '../src/plan.ts'
import type { Answers } from '../src/types.ts'
import { version } from '../src/version.ts'
import { cleanEnvironment, run, temporaryFolder } from './support/run.ts'
import { keys, terminal } from './support/terminal.ts'

/** The package as npm packs it, unpacked again. */
async function unpacked(): Promise<{ folder: string; tarball: number }> {
  const folder = await temporaryFolder()
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: inject('packageFolder'),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ filename }] = JSON.parse(packed.toString()) as [{ filename: string }]
  execFileSync('tar', ['-xzf', path.join(folder, filename), '-C', folder])
  return { folder: path.join(folder, 'package'), tarball: statSync(path.join(folder, filename)).size }
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

describe('the packed tarball', () => {
  it('is small, needs no other package, and names the licences of what is bundled', async () => {
    const { folder, tarball } = await unpacked()
    console.log(`create-bolt-app tarball: ${(tarball / 1024).toFixed(0)} kB`)
    expect(tarball).toBeLessThan(1_000_000)
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
    expect(manifest.dependencies ?? {}).toEqual({})
    expect(readFileSync(path.join(folder, 'dist/THIRD-PARTY-LICENSES'), 'utf8')).toMatch(
      /^handlebars 4\.\d+\.\d+: MIT$/m,
    )
    expect(manifest.scripts?.postinstall ?? manifest.scripts?.install).toBeUndefined()
  })

  it.each(blueprints().map(({ id }) => id))('writes every file of %s, dotfiles included', async (blueprint) => {
    const { folder } = await unpacked()
    const cwd = await temporaryFolder()
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        path.join(folder, 'dist/create-bolt-app.js'),
        'shop',
        '--yes',
        '--blueprint',
        blueprint,
        '--no-install',
        '--no-git',
      ],
      { cwd, env: cleanEnvironment(cwd), encoding: 'utf8' },
    )
    expect(stderr).toBe('')
    expect(status).toBe(0)
    const root = path.join(cwd, 'shop')
    const { answers } = JSON.parse(readFileSync(path.join(root, '.bolt/project.json'), 'utf8')) as { answers: Answers }
    const plan = planProject(answers, await loadLayers(), version)
    const written = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
      .filter((name) => !name.startsWith('.bolt/') && name !== '.env')
    expect(written.sort()).toEqual(plan.files.map((file) => file.path))
    for (const file of plan.files)
      expect(readFileSync(path.join(root, file.path)).equals(file.content), file.path).toBe(true)
    expect(written).toContain('.gitignore')
  })
})

describe('start', () => {
  it('to --help takes a moment', async () => {
    const cwd = await temporaryFolder()
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      const started = performance.now()
      expect((await run(['--help'], { cwd })).code).toBe(0)
      times.push(performance.now() - started)
    }
    console.log(`time to --help: ${median(times).toFixed(0)} ms (median of ${times.length})`)
    expect(median(times)).toBeLessThan(5000)
  })

  it('to the first question takes a moment', async () => {
    const cwd = await temporaryFolder()
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      const started = performance.now()
      const screen = terminal([], cwd)
      await screen.until('(1/')
      times.push(performance.now() - started)
      screen.press(keys.ctrlC)
      await screen.ended
    }
    console.log(`time to the first question: ${median(times).toFixed(0)} ms (median of ${times.length})`)
    expect(median(times)).toBeLessThan(10_000)
  })

  it.each([
    ['create-bolt-app', ['--help']],
    ['create-bolt-app', ['schema']],
    ['bolt', ['--help']],
    ['bolt', ['status']],
  ] as const)('%s %j loads no prompts, no templates and no process library', async (bin, args) => {
    const cwd = await temporaryFolder()
    const { stderr } = await run(args, { cwd, bin, env: { NODE_DEBUG: 'esm' } })
    const chunks = [...new Set(Array.from(stderr.matchAll(/chunks\/([^'"\s]+?\.js)/g), (match) => match[1] ?? ''))]
    const sources = chunks.map((chunk) =>
      readFileSync(path.join(inject('packageFolder'), 'dist/chunks', chunk), 'utf8'),
    )
    expect(chunks.length).toBeGreaterThan(0)
    for (const library of [
      'node_modules/@inquirer',
      'node_modules/handlebars',
      'node_modules/execa',
      'node_modules/node-plop',
    ]) {
      expect(
        sources.some((source) => source.includes(library)),
        library,
      ).toBe(false)
    }
  })
})
