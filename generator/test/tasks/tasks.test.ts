import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CommandResult, TaskResult } from '../../src/types.ts'
import { cleanEnvironment, run, temporaryFolder } from '../support/run.ts'

/** Creates a project named shop and returns the result of one task. */
async function task(kind: TaskResult['task'], cwd: string, args: readonly string[], env: Record<string, string> = {}) {
  const { stdout, code } = await run(['shop', '--yes', '--json', '--blueprint', 'minimal', ...args], { cwd, env })
  const result = (JSON.parse(stdout) as CommandResult).tasks.find((each) => each.task === kind)
  if (!result) throw new Error(`no task ${kind} in ${stdout}`)
  return { code, ...result }
}

/** A folder for PATH with a program of our own in it, and what the real tests need beside it. */
async function program(cwd: string, name: string, script: string): Promise<string> {
  const folder = path.join(cwd, '.home/bin')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, name), `#!${process.execPath}\n${script}`)
  await chmod(path.join(folder, name), 0o755)
  return folder
}

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', args, { cwd: path.join(cwd, 'shop'), env: cleanEnvironment(cwd), encoding: 'utf8' })

describe('git', () => {
  it('starts a repository with everything committed, without an identity and without hooks', async () => {
    const cwd = await temporaryFolder()
    expect(await task('git', cwd, ['--no-install'])).toMatchObject({ code: 0, status: 'done' })
    expect(git(cwd, 'status', '--porcelain')).toBe('')
    expect(git(cwd, 'log', '--format=%s %an')).toMatch(/^Create project with create-bolt-app \S+ create-bolt-app\n$/)
    expect(git(cwd, 'branch', '--show-current')).toBe('main\n')
    expect(git(cwd, 'ls-files')).toContain('.bolt/project.json')
    expect(git(cwd, 'ls-files').split('\n')).not.toContain('.env')
  })

  it('leaves a repository above alone', async () => {
    const cwd = await temporaryFolder()
    execFileSync('git', ['init', '-q'], { cwd, env: cleanEnvironment(cwd) })
    const result = await task('git', cwd, ['--no-install'])
    expect(result).toMatchObject({ status: 'skipped' })
    expect(result.detail).toContain('already inside the repository')
  })

  it('is no reason to fail when it is missing', async () => {
    const cwd = await temporaryFolder()
    await mkdir(path.join(cwd, '.home/bin'), { recursive: true })
    expect(await task('git', cwd, ['--no-install'], { PATH: path.join(cwd, '.home/bin') })).toMatchObject({
      code: 0,
      status: 'skipped',
      detail: 'git is not installed',
    })
  })
})

describe('install', () => {
  it('that fails is not a failed generation: it says why, how to retry, and keeps the log', async () => {
    const cwd = await temporaryFolder()
    const script = `if (process.argv[2] === '--version') console.log('11.0.0'); else { console.log('npm http fetch x'); console.error('npm error code ENOTFOUND'); process.exit(1) }`
    const PATH = await program(cwd, 'npm', script)
    const result = await task('install', cwd, ['--no-git'], { PATH })
    expect(result).toMatchObject({ code: 0, status: 'failed', retry: 'npm install' })
    expect(result.detail).toMatch(/^the package registry cannot be reached; full log: /)
    const log = result.detail.split('full log: ')[1] ?? ''
    expect(await readFile(log, 'utf8')).toBe('npm http fetch x\nnpm error code ENOTFOUND\n')
  })

  it.each([
    ['too old', `console.log('6.0.0')`, 'npm 6.0.0 is too old, 10.0.0 or newer is needed'],
    [
      'broken',
      `if (process.argv[2] === '--version') console.log('11.0.0'); else { console.log('npm http fetch assertion-error'); console.error('npm error code E404\\nnpm error 404 Not Found'); process.exit(7) }`,
      'npm ended with code 7: E404: 404 Not Found',
    ],
  ])('says when the package manager is %s', async (_what, script, detail) => {
    const cwd = await temporaryFolder()
    const PATH = await program(cwd, 'npm', script)
    const result = await task('install', cwd, ['--no-git'], { PATH })
    expect(result.status).toBe('failed')
    expect(result.detail).toContain(detail)
  })

  it('says when the package manager is missing', async () => {
    const cwd = await temporaryFolder()
    await mkdir(path.join(cwd, '.home/bin'), { recursive: true })
    const result = await task('install', cwd, ['--no-git', '--package-manager', 'pnpm'], {
      PATH: path.join(cwd, '.home/bin'),
    })
    expect(result).toMatchObject({ status: 'failed', detail: 'pnpm is not installed', retry: 'pnpm install' })
  })

  it('runs in the project with the registry of the outer run and without its other variables', async () => {
    const cwd = await temporaryFolder()
    const script = `if (process.argv[2] === '--version') console.log('11.0.0'); else require('node:fs').writeFileSync('seen.json', JSON.stringify({ args: process.argv.slice(2), env: process.env }))`
    const PATH = await program(cwd, 'npm', script)
    await task('install', cwd, ['--no-git'], {
      PATH,
      npm_config_registry: 'http://registry.test/',
      npm_package_name: 'outer',
      npm_config_dry_run: 'true',
    })
    const seen = JSON.parse(await readFile(path.join(cwd, 'shop/seen.json'), 'utf8')) as {
      args: string[]
      env: Record<string, string>
    }
    expect(seen.args[0]).toBe('install')
    expect(seen.env.npm_config_registry).toBe('http://registry.test/')
    expect(seen.env).not.toHaveProperty('npm_package_name')
    expect(seen.env).not.toHaveProperty('npm_config_dry_run')
  })
})
