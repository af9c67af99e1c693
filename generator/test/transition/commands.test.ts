/** The commands as a user calls them, on a project that is edited by hand and kept in git. */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/state/hash.ts'
import { objectPath, packObject } from '../../src/state/objects.ts'
import type { CommandResult } from '../../src/types.ts'
import { cleanEnvironment, type Run, run, temporaryFolder } from '../support/run.ts'
import { readTree } from '../support/tree.ts'

let app: string

beforeEach(async () => {
  const folder = await temporaryFolder()
  const made = await run(['app', '--yes', '--blueprint', 'minimal', '--docker', '--no-install'], { cwd: folder })
  expect(made.code, made.stdout + made.stderr).toBe(0)
  app = path.join(folder, 'app')
})

const read = (file: string): string => readFileSync(path.join(app, file), 'utf8')
const write = (file: string, text: string): void => writeFileSync(path.join(app, file), text)

function bolt(...args: string[]): Promise<Run> {
  return run(args, { cwd: app, bin: 'bolt' })
}

async function json(...args: string[]): Promise<{ code: number | null; result: CommandResult }> {
  const { code, stdout, stderr } = await bolt(...args, '--json')
  expect(stdout.trim().split('\n'), stderr).toHaveLength(1)
  return { code, result: JSON.parse(stdout) as CommandResult }
}

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com']
  return execFileSync('git', [...identity, ...args], { cwd: app, encoding: 'utf8', env: cleanEnvironment(app) })
}

function commit(message: string): void {
  git('add', '--all')
  git('commit', '--quiet', '--message', message)
}

/** Makes the project believe that a file was rendered with another text: the next upgrade brings the present one. */
function pretendRendered(file: string, text: string): void {
  const object = path.join(app, objectPath(sha256(text)))
  mkdirSync(path.dirname(object), { recursive: true })
  writeFileSync(object, packObject(Buffer.from(text)))
  const manifest = read('.bolt/manifest')
    .split('\n')
    .map((line) => (line.endsWith(`\t${file}`) ? line.replace(/^[0-9a-f]{64}/, sha256(text)) : line))
  write('.bolt/manifest', manifest.join('\n'))
}

/** A conflict in README.md: its first line differs on all three sides. */
function prepareConflict(): { mine: string; incoming: string } {
  const incoming = read('README.md')
  const mine = incoming.replace(/^.*\n/, '# Mine\n')
  pretendRendered('README.md', incoming.replace(/^.*\n/, '# Before\n'))
  write('README.md', mine)
  commit('mine')
  return { mine, incoming }
}

describe('status, diff and check', () => {
  it('find nothing to say about a fresh project, and write nothing', async () => {
    const before = readTree(app)
    const [status, diff, check] = [await json('status'), await json('diff'), await json('check')]
    expect([status.code, diff.code, check.code]).toEqual([0, 0, 0])
    expect([status.result.actions, diff.result.actions, check.result.actions]).toEqual([[], [], []])
    expect(readTree(app)).toEqual(before)
  })

  it('see edited, deleted and moved files; the edits of the user are no drift', async () => {
    appendFileSync(path.join(app, 'README.md'), 'mine\n')
    rmSync(path.join(app, 'src/app.test.ts'))
    renameSync(path.join(app, 'src/health.ts'), path.join(app, 'src/pulse.ts'))
    const { result } = await json('status')
    expect(result.actions.map(({ path: file, reason }) => [file, reason])).toEqual([
      ['README.md', 'changed by you'],
      ['src/app.test.ts', 'deleted by you'],
      ['src/pulse.ts', 'moved by you'],
    ])
    const diff = await bolt('diff', 'README.md')
    expect(diff.stdout).toMatch(/^--- a\/README\.md\n\+\+\+ b\/README\.md\n@@ .* @@\n/)
    expect(diff.stdout.trimEnd()).toMatch(/\+mine$/)
    const inside = await run(['diff', 'app.test.ts'], { cwd: path.join(app, 'src'), bin: 'bolt' })
    expect(inside.stdout).toMatch(/^--- a\/src\/app\.test\.ts\n/)
    expect((await bolt('check')).code).toBe(0)
  })

  it('check fails with 4 when the template renders something else', async () => {
    pretendRendered('README.md', 'before\n')
    const { code, result } = await json('check')
    expect(code).toBe(4)
    expect(result).toMatchObject({ ok: false, actions: [{ path: 'README.md', action: 'write' }] })
  })

  it('say where there is no project', async () => {
    const { code, stdout } = await run(['status'], { cwd: path.dirname(app), bin: 'bolt' })
    expect(code).toBe(2)
    expect(stdout).toContain('no generated project')
  })
})

describe('a conflict', () => {
  it('is marked in the file and in git, refuses the next change, and is settled by hand', async () => {
    const { mine } = prepareConflict()
    const { code, result } = await json('set', 'docker=false', '--no-install')
    expect(code).toBe(3)
    expect(result).toMatchObject({ ok: false, conflicts: [{ path: 'README.md', yours: mine }] })
    expect(read('README.md')).toMatch(
      /^<<<<<<< yours\n# Mine\n\|{7} base .*\n# Before\n=======\n# app\n>{7} incoming .*\n/,
    )
    expect(git('status', '--porcelain', 'README.md')).toBe('UU README.md\n')
    expect(git('ls-files', '--unmerged', 'README.md').trim().split('\n')).toHaveLength(3)
    expect((await bolt('check')).code).toBe(4)
    const refused = await bolt('set', 'docker=true', '--allow-dirty')
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain('README.md')

    write('README.md', read('README.md').replace(/^<{7}[\s\S]*?>{7} incoming .*\n/, '# Both\n'))
    expect((await bolt('resolve')).code).toBe(0)
    commit('settled')
    expect((await bolt('check')).code).toBe(0)
    expect((await bolt('set', 'docker=true', '--no-install')).code).toBe(0)
    expect(read('README.md')).toMatch(/^# Both\n/)
  })

  it.each([
    ['--mine', '# Mine'],
    ['--theirs', '# app'],
  ])('is settled by resolve %s', async (side, first) => {
    prepareConflict()
    expect((await bolt('set', 'docker=false', '--no-install')).code).toBe(3)
    expect((await bolt('resolve', 'README.md', side)).code).toBe(0)
    expect(read('README.md').split('\n')[0]).toBe(first)
    expect((await bolt('check')).code).toBe(0)
  })

  it('leaves the file alone with --conflict side', async () => {
    const { mine } = prepareConflict()
    expect((await bolt('set', 'docker=false', '--no-install', '--conflict', 'side')).code).toBe(3)
    expect(read('README.md')).toBe(mine)
    expect(read('.bolt/incoming/README.md')).toMatch(/^# app\n/)
    expect((await bolt('resolve', 'README.md', '--theirs')).code).toBe(0)
    expect(read('README.md')).toMatch(/^# app\n/)
    expect(existsSync(path.join(app, '.bolt/incoming'))).toBe(false)
  })

  it('is taken back by undo, git included', async () => {
    const { mine } = prepareConflict()
    const before = readTree(app, ['.git', '.bolt/txn'])
    expect((await bolt('set', 'docker=false', '--no-install')).code).toBe(3)
    expect((await bolt('undo')).code).toBe(0)
    expect(readTree(app, ['.git', '.bolt/txn'])).toEqual(before)
    expect(read('README.md')).toBe(mine)
    expect(git('status', '--porcelain')).toBe('')
  })
})

describe('set', () => {
  it.each([
    [['dockr=false'], 2, /docker=false/],
    [['docker'], 2, /key=value/],
    [['docker=maybe'], 2, /maybe/],
    [['database=oracle'], 2, /oracle/],
    [['auth=sessions'], 2, /auth|database/],
  ])('refuses %j', async (words, code, pattern) => {
    const before = readTree(app)
    const refused = await bolt('set', ...words)
    expect(refused.code).toBe(code)
    expect(refused.stdout).toMatch(pattern)
    expect(readTree(app)).toEqual(before)
  })

  it('shows with --dry-run what it would do, and does exactly that', async () => {
    const before = readTree(app)
    const planned = await json('set', 'docker=false', '--dry-run')
    expect(readTree(app)).toEqual(before)
    const done = await json('set', 'docker=false', '--no-install')
    expect(planned.result.actions).toEqual(done.result.actions)
    expect(done.result.actions.length).toBeGreaterThan(0)
  })

  it('is refused in a dirty tree, goes on with --allow-dirty, and leaves the index alone', async () => {
    appendFileSync(path.join(app, 'README.md'), 'mine\n')
    expect((await bolt('set', 'docker=false')).code).toBe(1)
    expect((await bolt('set', 'docker=false', '--allow-dirty', '--no-install')).code).toBe(0)
    expect(read('README.md')).toMatch(/mine\n$/)
    expect(git('diff', '--cached', '--name-only')).toBe('')
  })

  it('works without git, runs no hook, and can be undone', async () => {
    rmSync(path.join(app, '.git'), { recursive: true })
    const before = readTree(app, ['.bolt/txn'])
    expect((await bolt('set', 'docker=false', '--no-install')).code).toBe(0)
    expect(existsSync(path.join(app, 'Dockerfile'))).toBe(false)
    expect((await bolt('undo')).code).toBe(0)
    expect(readTree(app, ['.bolt/txn'])).toEqual(before)
  })

  it('runs no hook of the repository', async () => {
    mkdirSync(path.join(app, '.git/hooks'), { recursive: true })
    for (const hook of ['post-index-change', 'pre-commit', 'post-checkout']) {
      write(`.git/hooks/${hook}`, '#!/bin/sh\ntouch hook-ran\n')
      chmodSync(path.join(app, `.git/hooks/${hook}`), 0o755)
    }
    git('-c', 'core.hooksPath=/dev/null', 'config', 'core.fsmonitor', '.git/hooks/pre-commit')
    write('README.md', read('README.md'))
    expect((await bolt('set', 'docker=false', '--no-install')).code).toBe(0)
    expect(existsSync(path.join(app, 'hook-ran'))).toBe(false)
  })
})

describe('restore', () => {
  it('brings back a deleted file, which follows the template again', async () => {
    const text = read('src/app.test.ts')
    rmSync(path.join(app, 'src/app.test.ts'))
    commit('deleted')
    expect((await bolt('set', 'docker=false', '--no-install')).code).toBe(0)
    expect(existsSync(path.join(app, 'src/app.test.ts'))).toBe(false)
    expect((await bolt('restore', 'src/app.test.ts')).code).toBe(0)
    expect(read('src/app.test.ts')).toBe(text)
    expect(read('.bolt/manifest')).not.toContain('\tdeleted\t')
  })
})
