import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { root } from '../../scripts/root.mjs'
import { execute } from '../fixtures/commands.ts'

let folder: string
let program: string

/** Fails when another one is at work at the same time; is killed in the middle of it when told to. */
const work = `
import { alone } from ${JSON.stringify(join(root, 'scripts/alone.mjs'))}
import { rmSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
const [folder, isKilled] = process.argv.slice(2)
await alone('test-' + process.ppid, async () => {
  writeFileSync(folder + '/at-work', '', { flag: 'wx' })
  if (isKilled) process.kill(process.pid, 'SIGKILL')
  await setTimeout(20)
  rmSync(folder + '/at-work')
})
`

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bolt-alone-'))
  program = join(folder, 'work.mjs')
  writeFileSync(program, work)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const start = (...args: string[]) => execute(process.execPath, [program, folder, ...args], { cwd: folder })

it('processes that build or publish do so one after the other', async () => {
  const ends = await Promise.all(Array.from({ length: 6 }, () => start()))
  expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual(Array(6).fill([0, '']))
})

it('what a killed process held is taken over, by one at a time', async () => {
  await start('killed')
  expect(existsSync(join(folder, 'at-work'))).toBe(true)
  rmSync(join(folder, 'at-work'))
  const ends = await Promise.all(Array.from({ length: 4 }, () => start()))
  expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual(Array(4).fill([0, '']))
})
