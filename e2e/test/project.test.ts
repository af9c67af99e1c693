import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { choosePort, serveProject } from '../../scripts/project.mjs'
import { create, execute, npm, type Outcome } from '../fixtures/commands.ts'
import { nodeVersion } from '../fixtures/node.ts'

const slow = process.env.BOLT_TEST_ALL === '1'

function expectWell(outcome: Outcome): void {
  expect(outcome.code, `${outcome.stdout.slice(-6000)}\n${outcome.stderr.slice(-6000)}`).toBe(0)
}

/** What git would commit: nothing a project's own commands write belongs into it. */
async function changed(folder: string): Promise<string> {
  return (await execute('git', ['status', '--porcelain'], { cwd: folder })).stdout
}

describe('a new api project', () => {
  const at = { cwd: inject('api') }

  it('passes its own tests', async () => expectWell(await npm(['test'], at)))
  it('passes its own checks', async () => expectWell(await npm(['run', 'check'], at)))
  it('builds', async () => expectWell(await npm(['run', 'build'], at)))
  it('starts as built', async () => {
    const port = await choosePort({ asked: '0', preferred: 0 })
    const app = await serveProject({ folder: at.cwd, port, script: 'start', show: false })
    await app.stop()
  })
  it('is up to date for bolt check', async () => expectWell(await npm(['exec', '--no', '--', 'bolt', 'check'], at)))
  // A measurement on a machine that may be busy: one more try before it counts.
  it('keeps within its benchmark budgets', { retry: 1 }, async () => expectWell(await npm(['run', 'bench'], at)))
  it('has nothing to commit after all of that', async () => expect(await changed(at.cwd)).toBe(''))
})

describe.each(slow ? [22, 24, 26] : [24])('a new api project on Node %i', (major) => {
  it('passes its tests and builds', async (test) => {
    const node = await nodeVersion(major)
    if (node === undefined) return test.skip('Node binaries come as packages for Linux x64 only')
    const [command, ...first] = node.npm
    const at = { cwd: inject('api'), env: node.env }
    for (const args of [['test'], ['run', 'build']]) expectWell(await execute(command, [...first, ...args], at))
  })
})

const samples: Array<[string, string[]]> = [
  ['the minimal blueprint', ['--blueprint', 'minimal']],
  ['sqlite', ['--database', 'sqlite']],
]
const slowSamples: Array<[string, string[]]> = [
  ['no sign-in', ['--auth', 'none']],
  ['no tokens', ['--tokens', 'none']],
  ['no example', ['--example', 'none']],
  ['nothing around the code', ['--no-docker', '--ci', 'none', '--no-bench', '--no-git']],
  ['pnpm', ['--package-manager', 'pnpm']],
]

describe.each(slow ? [...samples, ...slowSamples] : samples)('a new project with %s', (_name, flags) => {
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bolt-project-'))
    expectWell(await create(['app', '--yes', ...flags], { cwd: folder }))
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([['test'], ['run check'], ['run build']])('passes npm %s', async (command) => {
    expectWell(await npm(command.split(' '), { cwd: join(folder, 'app') }))
  })
})
