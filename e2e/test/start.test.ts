import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../../scripts/root.mjs'
import { execute } from '../fixtures/commands.ts'
import { keys, openTerminal, type Terminal } from '../fixtures/terminal.ts'

let folder: string
let app: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bolt-terminal-'))
  app = join(folder, 'app')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function npmStart(...args: string[]): Terminal {
  return openTerminal('npm', ['start', '--', app, ...args], { cwd: root, env: { ...process.env, PORT: '0' } })
}

describe('npm start on a terminal', () => {
  it('asks, goes back with Esc, shows a review, and leaves nothing after Ctrl-C', async () => {
    const terminal = npmStart()
    await terminal.see(/Start from/, 300)
    terminal.press(keys.enter)
    await terminal.see(/\? .*Description/)
    terminal.press(keys.enter)
    await terminal.see(/\? .*Author/)
    terminal.press(keys.escape)
    await terminal.see(/\? .*Description/)
    await untilReview(terminal)
    terminal.press(keys.ctrlC)
    expect(await terminal.ended).toBe(130)
    expect(existsSync(app)).toBe(false)
  })

  it('makes the project that the review showed, runs it, and stops everything on Ctrl-C', async () => {
    const terminal = npmStart()
    await terminal.see(/Start from/, 300)
    await untilReview(terminal)
    terminal.press(keys.enter)
    await terminal.see(/app runs at (http:\/\/127\.0\.0\.1:\d+)/, 300)
    const url = /runs at (http:\/\/127\.0\.0\.1:\d+)/.exec(terminal.text())?.[1]
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    terminal.press(keys.ctrlC)
    expect(await terminal.ended).toBe(0)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    expect((await processesIn(folder)).trim()).toBe('')
  })
})

describe('npm start without a terminal', () => {
  it('serves, checks /healthz and stops; a second run is there in less than 20 s', async () => {
    const command = ['start', '--', app, '--yes', '--check']
    const first = await execute('npm', command, { cwd: root, env: { PORT: '0' } })
    expect(first.code, first.stdout + first.stderr).toBe(0)
    expect(first.stdout).toMatch(/GET http:.*\/healthz → 200/)
    const began = performance.now()
    const second = await execute('npm', command, { cwd: root, env: { PORT: '0' } })
    expect(second.code, second.stdout + second.stderr).toBe(0)
    expect(performance.now() - began).toBeLessThan(20_000)
    expect((await processesIn(folder)).trim()).toBe('')
  })
})

/** Accepts every answer until the review is there. A question is told by its number, as it is drawn more than once. */
async function untilReview(terminal: Terminal): Promise<void> {
  for (let asked = 0; asked < 30; asked += 1) {
    if (/\? Create the project/.test(terminal.text())) return
    const number = Number([...terminal.text().matchAll(/\? \((\d+)\//g)].at(-1)?.[1])
    terminal.press(keys.enter)
    await terminal.see(new RegExp(`\\? (?:\\(${number + 1}/|Create the project)`))
  }
  throw new Error(`no review after 30 questions:\n${terminal.text()}`)
}

/** Processes that still run in a folder. */
async function processesIn(place: string): Promise<string> {
  const script = `for it in /proc/[0-9]*; do case "$(readlink "$it/cwd")" in ${place}*) tr '\\0' ' ' < "$it/cmdline"; echo; esac; done 2>/dev/null`
  return (await execute('bash', ['-c', script], { cwd: root })).stdout
}
