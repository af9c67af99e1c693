import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CommandResult } from '../../src/types.ts'
import { run, temporaryFolder } from '../support/run.ts'

const quick = ['--yes', '--no-install', '--no-git']

async function entries(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((entry) => entry !== '.home').sort()
}

async function answersIn(folder: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path.join(folder, '.bolt/project.json'), 'utf8')).answers
}

describe('create', () => {
  it('names the project after its folder and prints what to do next', async () => {
    const cwd = await temporaryFolder()
    const { code, stdout, stderr } = await run(['shop', ...quick], { cwd })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('shop is ready. Next:\n  cd shop\n  npm install\n  npm run dev')
    expect(await answersIn(path.join(cwd, 'shop'))).toMatchObject({ name: 'shop', database: 'postgres' })
  })

  it('needs no terminal: without one it takes defaults', async () => {
    const cwd = await temporaryFolder()
    expect((await run(['shop', '--no-install', '--no-git'], { cwd })).code).toBe(0)
  })

  it('takes the current folder when it is empty', async () => {
    const cwd = path.join(await temporaryFolder(), 'shop')
    await mkdir(path.join(cwd, '.git'), { recursive: true })
    const { code } = await run(['.', ...quick], { cwd, env: { HOME: '/nonexistent' } })
    expect(code).toBe(0)
    expect(await entries(cwd)).toContain('package.json')
  })

  it('puts a scoped package into a folder without the scope', async () => {
    const cwd = await temporaryFolder()
    expect((await run(['--name', '@acme/shop', ...quick], { cwd })).code).toBe(0)
    expect(await entries(cwd)).toEqual(['shop'])
  })

  it('writes secrets into .env only: neither the state nor the example has them', async () => {
    const cwd = await temporaryFolder()
    await run(['shop', ...quick], { cwd })
    const root = path.join(cwd, 'shop')
    const env = await readFile(path.join(root, '.env'), 'utf8')
    const secrets = Array.from(env.matchAll(/=([\w-]{43})$/gm), (match) => match[1] ?? '')
    expect(secrets.length).toBeGreaterThan(0)
    const example = await readFile(path.join(root, '.env.example'), 'utf8')
    const state = await readFile(path.join(root, '.bolt/project.json'), 'utf8')
    for (const secret of secrets) expect(example + state).not.toContain(secret)
    expect((await stat(path.join(root, '.env'))).mode & 0o077).toBe(0)
  })

  it('writes the command that makes the same project again', async () => {
    const cwd = await temporaryFolder()
    await run(
      ['shop', ...quick, '--database', 'sqlite', '--author', "Ann O'Neil <a@b.c>", '--description', 'A "shop" & more'],
      { cwd },
    )
    const readme = await readFile(path.join(cwd, 'shop/README.md'), 'utf8')
    const command = /npm create bolt-app@\S+ (.*)$/m.exec(readme)?.[1] ?? ''
    const args = shellWords(command).filter((word) => word !== '--')
    const again = await temporaryFolder()
    expect((await run([...args, '--no-install'], { cwd: again })).code).toBe(0)
    expect(await answersIn(path.join(again, 'shop'))).toEqual(await answersIn(path.join(cwd, 'shop')))
  })

  it('prints the plan with --dry-run and writes nothing', async () => {
    const cwd = await temporaryFolder()
    const dry = await run(['shop', ...quick, '--dry-run'], { cwd })
    expect(dry.code).toBe(0)
    expect(dry.stdout).toMatch(/Would write \d+ files to .*shop:\n/)
    expect(dry.stdout).toContain('  package.json ')
    expect(await entries(cwd)).toEqual([])
  })

  it('prints exactly one JSON object with --json, the same plan dry or not', async () => {
    const cwd = await temporaryFolder()
    const dry = await run(['shop', ...quick, '--json', '--dry-run'], { cwd })
    const real = await run(['shop', ...quick, '--json'], { cwd })
    const [planned, done] = [dry, real].map(({ stdout }) => JSON.parse(stdout) as CommandResult)
    expect(Object.keys(done ?? {})).toEqual(['ok', 'command', 'from', 'to', 'actions', 'conflicts', 'tasks', 'next'])
    expect(done).toMatchObject({ ok: true, command: 'create', from: null })
    expect(planned?.actions).toEqual(done?.actions)
    expect(done?.tasks.map(({ task, status }) => `${task} ${status}`)).toEqual(['env-file done', 'install skipped'])
  })

  it('keeps defaults with --remember, which flags and blueprints still override', async () => {
    const cwd = await temporaryFolder()
    await run(['one', ...quick, '--remember', '--author', 'Ann', '--license', 'MIT'], { cwd })
    await run(['two', ...quick], { cwd })
    await run(['three', ...quick, '--license', 'GPL-3.0'], { cwd })
    expect(await answersIn(path.join(cwd, 'two'))).toMatchObject({ author: 'Ann', license: 'MIT' })
    expect(await answersIn(path.join(cwd, 'three'))).toMatchObject({ author: 'Ann', license: 'GPL-3.0' })
  })

  it('knows the package manager that started it', async () => {
    const cwd = await temporaryFolder()
    await run(['shop', ...quick], { cwd, env: { npm_config_user_agent: 'pnpm/10.0.0 npm/? node/v20' } })
    expect(await answersIn(path.join(cwd, 'shop'))).toMatchObject({ packageManager: 'pnpm' })
  })
})

describe('answers from a file', () => {
  it('are taken from stdin with -, the blueprint under them, flags above', async () => {
    const cwd = await temporaryFolder()
    const stdin = JSON.stringify({ $schema: 'x', name: 'shop', ci: 'github', docker: true })
    const { code } = await run(['--answers', '-', '--blueprint', 'minimal', '--no-docker', ...quick], { cwd, stdin })
    expect(code).toBe(0)
    expect(await answersIn(path.join(cwd, 'shop'))).toMatchObject({ ci: 'github', docker: false, database: 'none' })
  })

  it.each([
    ['that is missing', undefined, 'answers-file', /cannot be read/],
    ['that is no JSON', '{ "name": ', 'answers-file', /is not JSON/],
    ['that is a list', '[1]', 'answers-file', /holds no object/],
    ['with an unknown key', '{ "colour": 1 }', 'illegal-answer', /"colour" from the answers file is no option/],
    [
      'with an illegal value',
      '{ "database": "oracle" }',
      'illegal-answer',
      /"oracle" is not allowed; allowed: postgres, sqlite, none/,
    ],
    ['that breaks a rule', '{ "database": "none", "auth": "sessions" }', 'rules-broken', /do not go together/],
  ])('%s is refused and nothing is written', async (_what, text, code, message) => {
    const cwd = await temporaryFolder()
    const file = path.join(cwd, '.home/answers.json')
    if (text !== undefined) {
      await mkdir(path.dirname(file))
      await writeFile(file, text)
    }
    const result = await run(['shop', '--answers', file, '--json', ...quick], { cwd })
    expect(result.code).toBe(2)
    const { ok, error } = JSON.parse(result.stdout) as CommandResult
    expect(ok).toBe(false)
    expect(error?.code).toBe(code)
    expect(error?.message).toMatch(message)
    expect(await entries(cwd)).toEqual([])
  })
})

describe('mistakes', () => {
  it.each([
    [
      ['my', 'app!'],
      2,
      '✗ create takes one word, got 2: "my", "app!".\n  A project name has no spaces.\n→ Join them, for example: my-app\n',
    ],
    [
      ['my app!'],
      2,
      '✗ "my app!" cannot be the name of a package: it contains a space and "!".\n→ Use another folder, for example my-app, or give the name with --name.\n',
    ],
    [['x', '--databse', 'sqlite'], 2, '✗ Unknown flag --databse.\n→ Did you mean --database?\n'],
    [
      ['x', '--database', 'oracle'],
      2,
      '✗ --database: "oracle" is not allowed; allowed: postgres, sqlite, none\n→ See --help for what each option allows.\n',
    ],
    [
      ['x', '--blueprint', 'minimial'],
      2,
      '✗ There is no blueprint "minimial".\n  There are: api, minimal\n→ Did you mean --blueprint minimal?\n',
    ],
  ])('%j: one clear error, nothing written', async (args, code, text) => {
    const cwd = await temporaryFolder()
    const result = await run([...args, ...quick], { cwd })
    expect([result.code, result.stdout + result.stderr]).toEqual([code, text])
    expect(await entries(cwd)).toEqual([])
  })

  it('a folder with files in it is refused and left as it is', async () => {
    const cwd = await temporaryFolder()
    await mkdir(path.join(cwd, 'shop'))
    await writeFile(path.join(cwd, 'shop/keep.txt'), 'mine')
    const result = await run(['shop', ...quick], { cwd })
    expect(result.code).toBe(1)
    expect(result.stdout + result.stderr).toMatch(/✗ .*shop is not empty\./)
    expect(await entries(path.join(cwd, 'shop'))).toEqual(['keep.txt'])
  })

  it('a file in the way is refused', async () => {
    const cwd = await temporaryFolder()
    await writeFile(path.join(cwd, 'shop'), 'mine')
    const result = await run(['shop/inner', ...quick], { cwd })
    expect(result.code).toBe(1)
    expect(result.stdout + result.stderr).toContain('cannot be used')
  })

  it('a folder with a project points to the upgrade', async () => {
    const cwd = await temporaryFolder()
    await run(['shop', ...quick], { cwd })
    const result = await run(['shop', ...quick], { cwd })
    expect(result.code).toBe(2)
    expect(result.stdout + result.stderr).toContain('→ Move it to this version with: cd shop && npx bolt upgrade')
  })

  it('show a stack only with --debug', async () => {
    const cwd = await temporaryFolder()
    const quiet = await run(['x', '--nope'], { cwd })
    const loud = await run(['x', '--nope', '--debug'], { cwd })
    expect(quiet.stdout + quiet.stderr).not.toContain('    at ')
    expect(loud.stderr).toContain('    at ')
  })
})

/** Words of a line as a POSIX shell splits them. */
function shellWords(line: string): string[] {
  return Array.from(line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g), ([word]) =>
    word.replace(/'([^']*)'|\\(.)/g, (_all, quoted?: string, single?: string) => quoted ?? single ?? ''),
  )
}
