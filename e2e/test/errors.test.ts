import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { publishAll, startRegistry } from '../../scripts/registry.mjs'
import { create, execute, npm, type Outcome } from '../fixtures/commands.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bolt-errors-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What the generator printed as its error: `✗ what`, `  why`, `→ what to do`. */
function expectOneError(outcome: Outcome, code: number, pattern: RegExp): void {
  const text = `${outcome.stdout}${outcome.stderr}`
  expect(text.match(/^✗ /gm), text).toHaveLength(1)
  expect(text).toMatch(pattern)
  expect(text).not.toMatch(/^\s+at .+:\d+:\d+/m)
  expect(outcome.code, text).toBe(code)
}

describe('npm create bolt-app, when something is wrong, gives one error and leaves nothing', () => {
  it.each([
    ['a name that is no package name', ['my app!', '--yes'], 2, /my app!/],
    ['two words for a name', ['my', 'app!', '--yes'], 2, /app!/],
    ['an unknown flag', ['app', '--databse', 'sqlite', '--yes'], 2, /--database/],
    ['a value that is not offered', ['app', '--database', 'oracle', '--yes'], 2, /oracle[\s\S]*postgres/],
    ['answers that do not go together', ['app', '--database', 'none', '--auth', 'sessions', '--yes'], 2, /auth/],
    ['an answers file that is not there', ['app', '--answers', 'absent.json'], 2, /absent\.json/],
  ])('%s', async (_case, args, code, pattern) => {
    expectOneError(await create(args, { cwd: folder }), code, pattern)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['is no JSON', '{ "database": ', /answers\.json/],
    ['holds an unknown option', '{ "databse": "sqlite" }', /databse/],
    ['holds an illegal value', '{ "database": "oracle" }', /oracle/],
    ['is a list', '[]', /answers\.json/],
  ])('an answers file that %s', async (_case, content, pattern) => {
    writeFileSync(join(folder, 'answers.json'), content)
    expectOneError(await create(['app', '--answers', 'answers.json'], { cwd: folder }), 2, pattern)
    expect(readdirSync(folder)).toEqual(['answers.json'])
  })

  it('a folder that has files in it', async () => {
    mkdirSync(join(folder, 'app'))
    writeFileSync(join(folder, 'app', 'mine.txt'), 'mine')
    expectOneError(await create(['app', '--yes'], { cwd: folder }), 1, /app/)
    expect(readdirSync(join(folder, 'app'))).toEqual(['mine.txt'])
  })

  it('a file where the folder should be', async () => {
    writeFileSync(join(folder, 'app'), 'mine')
    expectOneError(await create(['app', '--yes'], { cwd: folder }), 1, /app/)
    expect(readdirSync(folder)).toEqual(['app'])
  })

  it('a full disk', async (context) => {
    if (process.getuid?.() !== 0 || process.platform !== 'linux')
      context.skip('needs root on Linux to mount a small disk')
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    await execute('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { cwd: folder })
    try {
      expectOneError(await create(['app', '--yes'], { cwd: disk }), 1, /disk is full|no space/i)
      expect(readdirSync(disk)).toEqual([])
    } finally {
      await execute('umount', [disk], { cwd: folder })
    }
  })

  it('no network: the project is written, and the failed install says how to retry', async () => {
    const registry = await startRegistry({ storage: join(folder, 'registry'), online: false })
    try {
      await publishAll(registry, join(folder, 'tarballs'))
      const outcome = await create(['app', '--yes'], { cwd: folder, env: registry.env })
      const text = `${outcome.stdout}${outcome.stderr}`
      expect(outcome.code, text).toBe(0)
      expect(text).toMatch(/npm install/)
      expect(existsSync(join(folder, 'app', '.bolt', 'project.json'))).toBe(true)
    } finally {
      await registry.stop()
    }
  })
})

describe('bolt, in a project whose state was tampered with', () => {
  it.each([
    ['a parent path', '../outside.txt'],
    ['an absolute path', '/tmp/outside.txt'],
  ])('refuses %s in the manifest and touches nothing', async (_case, path) => {
    const made = await create(['app', '--yes', '--no-install', '--no-git'], { cwd: folder })
    expect(made.code, made.stderr).toBe(0)
    const manifest = join(folder, 'app', '.bolt', 'manifest')
    const line = ['0'.repeat(64), '100644', 'managed', 'current', 'evil:outside', path].join('\t')
    writeFileSync(manifest, `${line}\n`)
    const outcome = await npm(['exec', '--package', 'create-bolt-app', '--', 'bolt', 'status'], {
      cwd: join(folder, 'app'),
    })
    expectOneError(outcome, 1, /outside\.txt/)
    expect(existsSync(join(folder, 'outside.txt'))).toBe(false)
  })
})
