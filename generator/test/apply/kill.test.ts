/** The real program on a real disk, killed with SIGKILL at its writes: at every single one with BOLT_TEST_ALL=1, else at some of them. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Run, run, temporaryFolder } from '../support/run.ts'
import { readTree } from '../support/tree.ts'

const HOOK = pathToFileURL(path.join(import.meta.dirname, '../support/kill-at-write.mjs')).href
const MINIMAL = ['--yes', '--blueprint', 'minimal', '--no-install', '--no-git']
const TXN = ['.bolt/txn']

async function makeProject(folder: string): Promise<string> {
  const made = await run(['app', ...MINIMAL], { cwd: folder })
  expect(made.code, made.stderr).toBe(0)
  const app = path.join(folder, 'app')
  writeFileSync(path.join(app, 'README.md'), `# Mine\n\n${readFileSync(path.join(app, 'README.md'), 'utf8')}`)
  return app
}

function killed(args: readonly string[], cwd: string, at: number, bin: 'create-bolt-app' | 'bolt'): Promise<Run> {
  return run(args, {
    cwd,
    bin,
    env: { NODE_OPTIONS: `--import=${HOOK}`, KILL_AT: String(at), COUNT_TO: path.join(cwd, '../count') },
  })
}

/** Runs `work` for 1…count, two at a time; without BOLT_TEST_ALL for so many of them, the last one included. */
async function forEachWrite(count: number, few: number, work: (at: number) => Promise<void>): Promise<void> {
  const step = process.env.BOLT_TEST_ALL === '1' ? 1 : Math.max(1, Math.floor(count / few))
  const numbers = Array.from({ length: count }, (_, index) => count - index).filter((_, index) => index % step === 0)
  const worker = async (): Promise<void> => {
    for (let at = numbers.shift(); at !== undefined; at = numbers.shift()) await work(at)
  }
  await Promise.all([worker(), worker()])
}

describe('killed at every write', () => {
  it('a transition leaves the project exactly before or exactly after, and the next command says so', async () => {
    const folder = await temporaryFolder()
    const app = await makeProject(folder)
    const before = readTree(app, TXN)
    const words = ['set', 'docker=true', '--no-install', '--yes']
    const whole = path.join(folder, 'whole', 'app')
    cpSync(app, whole, { recursive: true })
    expect((await killed(words, whole, 0, 'bolt')).code).toBe(0)
    const after = readTree(whole, TXN)
    const count = Number(readFileSync(path.join(folder, 'whole', 'count'), 'utf8'))
    expect(count).toBeGreaterThan(30)
    const outcomes = new Set<string>()
    await forEachWrite(count, 25, async (at) => {
      const copy = path.join(folder, `copy-${at}`, 'app')
      cpSync(app, copy, { recursive: true })
      expect((await killed(words, copy, at, 'bolt')).code, `killed at ${at}`).toBe(null)
      const next = await run(['check', '--json'], { cwd: copy, bin: 'bolt' })
      const tree = readTree(copy, TXN)
      const isBefore = JSON.stringify(tree) === JSON.stringify(before)
      if (!isBefore) expect(tree, `killed at ${at}`).toEqual(after)
      expect(next.code, `${at}: ${next.stdout}`).toBeOneOf([0, 6])
      const again = await run(['check'], { cwd: copy, bin: 'bolt' })
      expect(again.code, `${at}: ${again.stdout}${again.stderr}`).toBe(0)
      outcomes.add(isBefore ? 'before' : 'after')
      rmSync(path.dirname(copy), { recursive: true, maxRetries: 5 })
    })
    expect([...outcomes].sort()).toEqual(['after', 'before'])
  }, 300_000)

  it.each([
    ['a new folder', 'app', []],
    ['the folder one stands in', '.', ['--name', 'app']],
  ])(
    'a creation in %s can simply be run again',
    async (_title, word, extra) => {
      const folder = await temporaryFolder()
      const place = (name: string): string => path.join(folder, name, 'app')
      const start = async (name: string): Promise<string> => {
        cpSync(path.join(folder, 'empty'), word === '.' ? place(name) : path.dirname(place(name)), { recursive: true })
        return word === '.' ? place(name) : path.dirname(place(name))
      }
      writeFolder(path.join(folder, 'empty'))
      const args = [word, ...extra, ...MINIMAL]
      const cwd = await start('whole')
      expect((await killed(args, cwd, 0, 'create-bolt-app')).code).toBe(0)
      const after = readTree(place('whole'), ['.env'])
      const count = Number(readFileSync(path.join(cwd, '../count'), 'utf8'))
      await forEachWrite(count, 12, async (at) => {
        const there = await start(`copy-${at}`)
        expect((await killed(args, there, at, 'create-bolt-app')).code).toBe(null)
        const again = await run(args, { cwd: there })
        if (again.code !== 0) expect(`${again.stdout}${again.stderr}`).toMatch(/already holds|finished/)
        expect(readTree(place(`copy-${at}`), ['.env', '.bolt/txn'])).toEqual(after)
        expect(readdirSync(path.dirname(place(`copy-${at}`))).filter((name) => name.includes('bolt-'))).toEqual([])
        rmSync(path.join(folder, `copy-${at}`), { recursive: true, maxRetries: 5 })
      })
    },
    300_000,
  )
})

function writeFolder(folder: string): void {
  cpSync(path.join(import.meta.dirname, '../support'), folder, {
    recursive: true,
    filter: (source) => source.endsWith('support'),
  })
}
