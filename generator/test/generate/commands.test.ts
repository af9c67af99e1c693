import { execFileSync } from 'node:child_process'
import { appendFile, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CommandResult } from '../../src/types.ts'
import { cleanEnvironment, run, temporaryFolder } from '../support/run.ts'

const POST = ['resource', 'post', 'title:string', 'body:text?']

/** A project in git, and a function that runs bolt in it. */
async function project(...flags: string[]) {
  const cwd = await temporaryFolder()
  const root = path.join(cwd, 'shop')
  const { code } = await run(['shop', '--yes', '--no-install', ...flags], { cwd })
  expect(code).toBe(0)
  const env = cleanEnvironment(cwd)
  return {
    root,
    bolt: (...args: string[]) => run(args, { cwd: root, bin: 'bolt', env }),
    status: () =>
      execFileSync('git', ['status', '--porcelain', '--untracked-files=all'], { cwd: root, env, encoding: 'utf8' }),
  }
}

describe('bolt generate resource', () => {
  it('writes the feature and wires it in; destroy is the exact reverse', async () => {
    const { root, bolt, status } = await project()
    const made = await bolt('generate', ...POST, '--json')
    expect(made.code).toBe(0)
    const { actions, tasks } = JSON.parse(made.stdout) as CommandResult
    expect(actions.map(({ action, path: file }) => `${action} ${file}`)).toEqual([
      'add src/features/posts/routes.ts',
      'add src/features/posts/schemas.ts',
      'add src/features/posts/service.ts',
      'add src/features/posts/table.ts',
      'add src/features/posts/posts.test.ts',
      'write src/app.ts',
      'write src/db/schema.ts',
    ])
    expect(tasks).toEqual([
      {
        task: 'migration',
        status: 'skipped',
        detail: 'no migration written: packages are not installed',
        retry: 'npm run db:generate',
      },
    ])
    expect(await readFile(path.join(root, 'src/app.ts'), 'utf8')).toContain('  postsRoutes(app, database.db, access)\n')
    expect((await bolt('check')).code).toBe(0)

    expect((await bolt('destroy', 'resource', 'post')).code).toBe(0)
    expect(status()).toBe('')
  })

  it('prints with --dry-run what it would do, and does not', async () => {
    const { bolt, status } = await project()
    const { code, stdout } = await bolt('generate', ...POST, '--dry-run')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Would change:\n {2}add +src\/features\/posts\/routes\.ts$/m)
    expect(status()).toBe('')
  })

  it('does not stand in the way of batteries that come and go, and is still taken away whole', async () => {
    const { bolt } = await project()
    for (const name of ['apple', 'note-book', 'zebra']) await bolt('generate', 'resource', name, 'title:string')
    for (const answer of ['example=none', 'tokens=none', 'example=notes', 'tokens=jwt']) {
      const { code, stdout } = await bolt('set', answer, '--no-install', '--allow-dirty', '--json')
      expect([answer, code, (JSON.parse(stdout) as CommandResult).conflicts]).toEqual([answer, 0, []])
    }
    for (const name of ['note-book', 'zebra', 'apple']) expect((await bolt('destroy', 'resource', name)).code).toBe(0)
    expect((await bolt('status')).stdout).toContain('0 touched by you')
  })

  it('is taken back by undo', async () => {
    const { bolt, status } = await project()
    await bolt('generate', ...POST)
    expect((await bolt('undo')).code).toBe(0)
    expect(status()).toBe('')
  })

  it('leaves edits alone: destroy refuses them unless forced', async () => {
    const { root, bolt, status } = await project()
    await bolt('generate', ...POST)
    await appendFile(path.join(root, 'src/features/posts/service.ts'), '// mine\n')
    const refused = await bolt('destroy', 'resource', 'post')
    expect(refused.code).toBe(1)
    expect(refused.stdout + refused.stderr).toContain(
      '✗ post was edited since it was generated.\n  src/features/posts/service.ts\n',
    )
    expect((await bolt('destroy', 'resource', 'post', '--force')).code).toBe(0)
    expect(status()).toBe('')
  })

  it.each([
    ['a name that is taken', [...POST.slice(0, 1), 'note', 'a:string'], 1, 'There is a note already.'],
    ['a kind that does not exist', ['job', 'x'], 2, '"job" cannot be generated.'],
    ['a field without a type', ['resource', 'post', 'title'], 2, '"title" is no field'],
  ])('refuses %s', async (_what, args, code, text) => {
    const { bolt, status } = await project()
    const result = await bolt('generate', ...args)
    expect(result.code).toBe(code)
    expect(result.stdout + result.stderr).toContain(text)
    expect(status()).toBe('')
  })

  it('refuses a project without a database', async () => {
    const { bolt } = await project('--blueprint', 'minimal')
    const result = await bolt('generate', ...POST)
    expect(result.code).toBe(1)
    expect(result.stdout + result.stderr).toContain('→ Add one with: bolt set database=postgres')
  })

  it('needs a project', async () => {
    const cwd = await temporaryFolder()
    const result = await run(['generate', ...POST], { cwd, bin: 'bolt' })
    expect(result.code).toBe(2)
  })
})
