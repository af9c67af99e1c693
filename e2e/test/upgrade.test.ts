/** An edited project moves to the next published version, and to other answers and back, with nothing lost. */
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { publishAll, type Registry, startRegistry } from '../../scripts/registry.mjs'
import { root } from '../../scripts/root.mjs'
import { execute, npm, type Outcome } from '../fixtures/commands.ts'
import { changeSource, copySources, publishNext } from '../fixtures/next-version.ts'

const NEXT = '99.0.0'
const UPSTREAM = '// changed upstream'
const KILL = pathToFileURL(join(root, 'generator', 'test', 'support', 'kill-at-write.mjs')).href

let folder: string
let app: string
let registry: Registry

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bolt-upgrade-'))
  app = join(folder, 'api')
  registry = await startRegistry({ storage: join(folder, 'registry'), cache: join(root, '.registry', 'test-cache') })
  await publishAll(registry, join(folder, 'tarballs'))
  const next = copySources(folder, NEXT)
  const append = (text: string): string => `${text.trimEnd()}\n\n${UPSTREAM}\n`
  for (const file of ['src/app.ts.hbs', 'src/app.test.ts', 'src/health.ts', 'test/client.test.ts'])
    changeSource(next, `templates/base/files/${file}`, append)
  for (const file of ['service.ts', 'routes.ts'])
    changeSource(next, `templates/notes/files/src/features/notes/${file}`, append)
  changeSource(next, 'templates/base/map.md', (text) => `${text.trimEnd()}\n| \`src/fresh.ts\` | new upstream |\n`)
  changeSource(next, 'templates/base/layer.ts', (text) =>
    text.replace('  scripts: {', "  scripts: {\n    fresh: { run: 'node --version' },"),
  )
  writeFileSync(join(next.sources, 'templates/base/files/src/fresh.ts'), 'export const fresh = true\n')
  await publishNext(next, registry)
  cpSync(inject('api'), app, { recursive: true, verbatimSymlinks: true })
  await git('add', '--all')
  await git('commit', '--message', 'lockfile', '--allow-empty')
})

afterAll(async () => {
  await registry.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function git(...args: string[]): Promise<string> {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
  const outcome = await execute('git', [...identity, ...args], { cwd: app })
  expect(outcome.code, `git ${args.join(' ')}: ${outcome.stdout}${outcome.stderr}`).toBe(0)
  return outcome.stdout
}

/** `npx bolt …` in the project, with a registry that has both versions. */
function bolt(...args: string[]): Promise<Outcome> {
  return npm(['exec', '--no', '--', 'bolt', ...args], { cwd: app, env: registry.env })
}

function expectCode(outcome: Outcome, code: number): Outcome {
  expect(outcome.code, `${outcome.stdout.slice(-4000)}\n${outcome.stderr.slice(-4000)}`).toBe(code)
  return outcome
}

const read = (path: string): string => readFileSync(join(app, path), 'utf8')
const write = (path: string, text: string): void => writeFileSync(join(app, path), text)

describe('upgrading an edited project', () => {
  let before: string

  it('is refused while git has uncommitted changes', async () => {
    write('src/app.ts', `// mine in app\n${read('src/app.ts')}`)
    const { stdout, stderr } = expectCode(await bolt('upgrade'), 1)
    expect(stdout + stderr).toContain('src/app.ts')
  })

  it('is refused to a version that was never published', async () => {
    const { stdout, stderr } = expectCode(await bolt('upgrade', '--to', '98.7.6', '--allow-dirty'), 1)
    expect(stdout + stderr).toMatch(/✗ There is no version "98\.7\.6"/)
  })

  it('keeps every edit, brings every change, and says so', async () => {
    const data = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    data.scripts.dev += ' # mine'
    data.scripts.mine = 'echo mine'
    write('package.json', `${JSON.stringify(data, null, 2)}\n`)
    write('README.md', `${read('README.md').trimEnd()}\n\n## Mine\n\nMy own words.\n`)
    write('src/features/notes/routes.ts', `// mine in routes\n${read('src/features/notes/routes.ts')}`)
    rmSync(join(app, 'src/app.test.ts'))
    renameSync(join(app, 'test/client.test.ts'), join(app, 'test/typed-client.test.ts'))
    await git('add', '--all')
    await git('commit', '--message', 'my work')
    before = (await git('rev-parse', 'HEAD')).trim()

    const planned = expectCode(await bolt('upgrade', '--dry-run', '--json'), 0)
    expect(JSON.parse(planned.stdout)).toMatchObject({
      ok: true,
      command: 'upgrade',
      from: inject('version'),
      to: NEXT,
      conflicts: [],
    })
    expect(await git('status', '--porcelain')).toBe('')

    const { stdout } = expectCode(await bolt('upgrade'), 0)
    expect(stdout).toContain(`→ ${NEXT}`)
    for (const path of ['src/app.ts', 'test/typed-client.test.ts', 'src/app.test.ts', 'src/fresh.ts', 'package.json'])
      expect(stdout).toContain(path)

    expect(read('src/app.ts')).toMatch(/^\/\/ mine in app\n/)
    for (const path of ['src/app.ts', 'src/health.ts', 'test/typed-client.test.ts', 'src/features/notes/service.ts'])
      expect(read(path)).toContain(UPSTREAM)
    expect(read('src/features/notes/routes.ts')).toMatch(/^\/\/ mine in routes\n/)
    expect(read('src/features/notes/routes.ts')).not.toContain(UPSTREAM)
    expect(existsSync(join(app, 'src/app.test.ts'))).toBe(false)
    expect(existsSync(join(app, 'test/client.test.ts'))).toBe(false)
    expect(read('README.md')).toContain('My own words.')
    expect(read('README.md')).toContain('new upstream')
    const after = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
    expect(after.scripts).toMatchObject({ mine: 'echo mine', fresh: 'node --version', dev: data.scripts.dev })
    expect(after.devDependencies?.['create-bolt-app']).toBe(NEXT)
    expect(after.dependencies?.['@bolt-app/core']).toBe(NEXT)
    expect(JSON.parse(read('node_modules/create-bolt-app/package.json'))).toMatchObject({ version: NEXT })
  })

  it('leaves a project that is in step, and compiles', async () => {
    expectCode(await bolt('check'), 0)
    expectCode(await npm(['run', 'typecheck'], { cwd: app }), 0)
  })

  it('is taken back byte for byte by undo, and brought again', async () => {
    expectCode(await bolt('undo'), 0)
    expect(await git('status', '--porcelain', '--', '.', ':!package-lock.json')).toBe('')
    await git('checkout', '--', 'package-lock.json')
    expectCode(await bolt('upgrade', '--to', NEXT), 0)
    await git('add', '--all')
    await git('commit', '--message', `upgrade to ${NEXT}`)
    expectCode(await bolt('upgrade'), 0)
    expect(await git('status', '--porcelain')).toBe('')
  })

  it('recovers when it is killed half-way', async () => {
    const program = join(app, 'node_modules/create-bolt-app/dist/bolt.js')
    const upgrade = async (name: string, killAt: string): Promise<Outcome> => {
      const cwd = join(folder, name)
      await git('clone', '--quiet', app, cwd)
      await git('-C', cwd, 'checkout', '--quiet', before)
      const args = ['--import', KILL, program, 'upgrade', '--to', NEXT, '--no-install']
      return execute(process.execPath, args, {
        cwd,
        env: { ...registry.env, KILL_AT: killAt, COUNT_TO: join(folder, 'count') },
      })
    }
    expectCode(await upgrade('whole', '0'), 0)
    const count = Number(readFileSync(join(folder, 'count'), 'utf8'))
    expectCode(await upgrade('killed', String(Math.floor(count * 0.8))), 1)
    const recovered = expectCode(
      await execute(process.execPath, [program, 'status'], { cwd: join(folder, 'killed') }),
      6,
    )
    expect(recovered.stdout + recovered.stderr).toMatch(/interrupted change was finished/i)
    const differences = await execute('diff', ['--recursive', '--exclude=.git', '--exclude=txn', 'whole', 'killed'], {
      cwd: folder,
    })
    expectCode(differences, 0)
  })
})

describe('other answers and back', () => {
  it.each([
    ['docker', 'false', 'true', 'Dockerfile'],
    ['tokens', 'none', 'jwt', 'src/tokens/routes.ts'],
  ])('%s=%s takes its files away and %s brings them back, with every edit kept', async (option, off, on, file) => {
    const start = (await git('rev-parse', 'HEAD')).trim()
    expectCode(await bolt('set', `${option}=${off}`), 0)
    expect(existsSync(join(app, file))).toBe(false)
    expect(read('src/app.ts')).toMatch(/^\/\/ mine in app\n/)
    expectCode(await npm(['run', 'typecheck'], { cwd: app }), 0)
    await git('add', '--all')
    await git('commit', '--message', `${option}=${off}`)
    expectCode(await bolt('set', `${option}=${on}`), 0)
    await git('add', '--all')
    await git('commit', '--message', `${option}=${on}`)
    expect(await git('diff', start, '--', '.', ':!.bolt/project.json', ':!package-lock.json')).toBe('')
  })
})
