/** What the README of a new project tells its user to type. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { cleanEnv } from '../../scripts/npm.mjs'
import { choosePort, serveProject } from '../../scripts/project.mjs'
import { execute, npm, type Outcome } from '../fixtures/commands.ts'

const folder = inject('api')
const readme = readFileSync(join(folder, 'README.md'), 'utf8')
/** Scripts of the README's table that end by themselves and have no test of their own elsewhere. */
const commands = ['routes', 'openapi', 'format', 'db:generate', 'db:migrate', 'db:seed']

/** The shell blocks of one section. */
function blocksOf(section: string): string[] {
  const text = readme.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? ''
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
}

function expectWell(outcome: Outcome): void {
  expect(outcome.code, `${outcome.stdout.slice(-4000)}\n${outcome.stderr.slice(-4000)}`).toBe(0)
}

describe('the README of a new project', () => {
  it.each(commands)('names npm run %s, which works and leaves nothing to commit', async (command) => {
    expect(readme).toContain(`npm run ${command}`)
    expectWell(await npm(['run', command], { cwd: folder }))
    expect((await execute('git', ['status', '--porcelain'], { cwd: folder })).stdout).toBe('')
  })

  it('has tables in which drizzle-kit push finds nothing to change', async () => {
    const withDatabase = ['exec', '--', 'tsx', 'src/db/with-database.ts']
    expectWell(await npm(['run', 'db:migrate'], { cwd: folder }))
    const push = await npm([...withDatabase, 'drizzle-kit', 'push', '--force'], { cwd: folder })
    expectWell(push)
    expect(push.stdout).toContain('No changes detected')
  })

  it('names npm run db:studio, which shows the tables and ends with its terminal', async () => {
    expect(readme).toContain('npm run db:studio')
    const port = await choosePort({ asked: '0', preferred: 0 })
    // What the script runs: npm would not pass the signal on without a terminal.
    const [command, ...args] = ['node_modules/.bin/tsx', 'src/db/with-database.ts', 'drizzle-kit', 'studio']
    const path = `${join(folder, 'node_modules/.bin')}:${process.env.PATH}`
    const env = { ...cleanEnv(), CI: '', PATH: path }
    const studio = spawn(command as string, [...args, '--port', String(port), '--host', '127.0.0.1'], {
      cwd: folder,
      env,
    })
    const ended = once(studio, 'exit')
    let told = ''
    studio.stderr.on('data', (text) => {
      told += text
    })
    try {
      for await (const text of studio.stdout) {
        told += text
        if (told.includes('up and running')) break
      }
      const headers = { 'content-type': 'application/json' }
      const ask = { method: 'POST', headers, body: JSON.stringify({ type: 'init' }) }
      const answer = await (await fetch(`http://127.0.0.1:${port}/`, ask)).json()
      expect(answer, told).toMatchObject({ dialect: 'postgresql' })
    } finally {
      studio.kill('SIGINT')
      await ended
    }
  })

  describe('while the application runs', () => {
    const hasCurl = process.env.PATH?.split(':').some((path) => existsSync(join(path, 'curl')))
    let app: Awaited<ReturnType<typeof serveProject>>
    let port: number

    beforeAll(async () => {
      port = await choosePort({ asked: '0', preferred: 0 })
      app = await serveProject({ folder, port, show: false })
    })

    afterAll(() => app?.stop())

    it('signs up and in, writes and lists notes, and calls as a machine client, all by its own lines', async (test) => {
      if (!hasCurl) test.skip('missing program: curl')
      const lines = ['Sign-in', 'Tokens for machine clients', 'Example: notes'].flatMap(blocksOf)
      expect(lines.length).toBe(3)
      const script = ['curl() { command curl --fail-with-body -sS "$@"; echo; }', ...lines, 'rm cookies.txt'].join('\n')
      const there = script.replaceAll('localhost:3000', `127.0.0.1:${port}`)
      const outcome = await execute('bash', ['-euo', 'pipefail', '-c', there], { cwd: folder })
      expectWell(outcome)
      expect(outcome.stdout).toContain('ada@example.com')
      expect(outcome.stdout).toContain('Milk')
      expect(outcome.stdout).toContain('reporter')
    })
  })
})
