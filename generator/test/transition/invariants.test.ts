/** What holds for every render, every edit and every transition. Numbers are those of the list of invariants in the design. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withLock } from '../../src/apply/lock.ts'
import { recover } from '../../src/apply/recover.ts'
import { BoltError } from '../../src/errors.ts'
import { applyEdits, edits, render } from '../support/arbitrary-projects.ts'
import type { MemoryDisk } from '../support/memory-disk.ts'
import {
  actionsByPath,
  committedFiles,
  createWorld,
  type FileSpec,
  move,
  planOf,
  ROOT,
  userFiles,
} from '../support/world.ts'

const RUNS = { numRuns: Number(process.env.BOLT_PROPERTY_RUNS ?? 150) }
const SLOW = 60_000

/** What a fresh render of the files leaves in the project's folder. */
async function rendered(files: readonly FileSpec[]): Promise<Record<string, string>> {
  return userFiles(await createWorld(planOf('1.0.0', files)))
}

const property = <T extends [unknown, ...unknown[]]>(...args: Parameters<typeof fc.asyncProperty<T>>) =>
  fc.assert(fc.asyncProperty<T>(...args), RUNS)

describe('unedited projects', () => {
  it(
    'are not written at all when nothing changed (1)',
    () =>
      property(render, async (files) => {
        const disk = await createWorld(planOf('1.0.0', files))
        const before = disk.files(ROOT)
        const outcome = await move(disk, planOf('1.0.0', files))
        expect(outcome.changed).toBe(false)
        expect(disk.files(ROOT)).toEqual(before)
      }),
    SLOW,
  )

  it(
    'become exactly the new render (4)',
    () =>
      property(render, render, async (v1, v2) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        await move(disk, planOf('2.0.0', v2))
        expect(userFiles(disk)).toEqual(await rendered(v2))
        const folders = (path: string): boolean => !path.startsWith('.bolt')
        expect(disk.folders(ROOT).filter(folders)).toEqual(
          (await createWorld(planOf('2.0.0', v2))).folders(ROOT).filter(folders),
        )
      }),
    SLOW,
  )

  it(
    'get to a version by every path, and back (5)',
    () =>
      property(render, render, render, async (v1, v2, v3) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        await move(disk, planOf('2.0.0', v2))
        await move(disk, planOf('3.0.0', v3))
        expect(userFiles(disk)).toEqual(await rendered(v3))
        await move(disk, planOf('1.0.0', v1))
        expect(userFiles(disk)).toEqual(await rendered(v1))
      }),
    SLOW,
  )
})

describe('edited projects', () => {
  it(
    'keep every byte when the template did not change (2)',
    () =>
      property(render, edits, async (files, list) => {
        const disk = await createWorld(planOf('1.0.0', files))
        applyEdits(disk, list)
        const before = userFiles(disk)
        await move(disk, planOf('1.0.0', files))
        expect(userFiles(disk)).toEqual(before)
      }),
    SLOW,
  )

  it(
    'lose no line of the user (3)',
    () =>
      property(render, render, edits, async (v1, v2, list) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        applyEdits(disk, list)
        const mine = linesOfMine(disk)
        await move(disk, planOf('2.0.0', v2), { conflicts: 'side' })
        for (const line of mine) expect(linesOfMine(disk)).toContain(line)
      }),
    SLOW,
  )

  it(
    'lose no line of the user with conflict markers either (3)',
    () =>
      property(render, render, edits, async (v1, v2, list) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        applyEdits(disk, list)
        const mine = linesOfMine(disk)
        await move(disk, planOf('2.0.0', v2), { conflicts: 'markers' })
        for (const line of mine) expect(linesOfMine(disk)).toContain(line)
      }),
    SLOW,
  )

  it(
    'are not changed by a second run (6)',
    () =>
      property(render, render, edits, async (v1, v2, list) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        applyEdits(disk, list)
        const first = await move(disk, planOf('2.0.0', v2))
        if (first.transition.pending.length > 0) return
        const after = disk.files(ROOT)
        const second = await move(disk, planOf('2.0.0', v2))
        expect(actionsByPath(second)).toEqual(onlyKept(actionsByPath(second)))
        expect(disk.files(ROOT)).toEqual(after)
      }),
    SLOW,
  )

  it(
    'keep deleted files deleted (7)',
    () =>
      property(render, render, fc.nat(7), async (v1, v2, index) => {
        const gone = v1[index % v1.length] as FileSpec
        const disk = await createWorld(planOf('1.0.0', v1))
        disk.nodes.delete(`${ROOT}/${gone.path}`)
        const next = v2.find((file) => file.id === gone.id)
        const { transition } = await move(disk, planOf('2.0.0', v2))
        if (!next) return
        expect(userFiles(disk)[next.path]).toBeUndefined()
        const action = transition.decisions.find(({ pair }) => pair.id === `layer:${gone.id}`)?.action
        expect(action).toBe(next.content === gone.content ? 'none' : 'keep')
      }),
    SLOW,
  )

  it(
    'are never called done while a conflict is open, and refuse the next change (19)',
    () =>
      property(render, render, edits, async (v1, v2, list) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        applyEdits(disk, list)
        const { transition } = await move(disk, planOf('2.0.0', v2))
        const again = await move(disk, planOf('3.0.0', v1)).catch((error: unknown) => error)
        expect(again instanceof BoltError && again.code === 'transition-refused').toBe(transition.pending.length > 0)
      }),
    SLOW,
  )

  it(
    'touch nothing outside of the manifest and .bolt (14)',
    () =>
      property(render, render, edits, async (v1, v2, list) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        applyEdits(disk, list)
        disk.put(`${ROOT}/src/mine/own.txt`, 'mine\n')
        disk.put('/home/neighbour.txt', 'neighbour\n')
        await move(disk, planOf('2.0.0', v2))
        expect(userFiles(disk)['src/mine/own.txt']).toBe('mine\n')
        expect(disk.files('/home', (path) => !path.startsWith('project/'))).toEqual({
          '.keep': '',
          'neighbour.txt': 'neighbour\n',
        })
      }),
    SLOW,
  )

  it(
    'are planned by a dry run exactly as they are changed (12)',
    () =>
      property(render, render, edits, async (v1, v2, list) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        applyEdits(disk, list)
        const before = disk.files(ROOT)
        const planned = await move(disk, planOf('2.0.0', v2), { dryRun: true })
        expect(disk.files(ROOT)).toEqual(before)
        const done = await move(disk, planOf('2.0.0', v2))
        expect(actionsByPath(planned)).toEqual(actionsByPath(done))
        const writes = planned.transition.decisions.flatMap(({ path, write }) =>
          write ? [[path, Buffer.from(write.content).toString('latin1')]] : [],
        )
        for (const [path = '', content] of writes) expect(userFiles(disk)[path]?.replace(/^\*/, '')).toBe(content)
      }),
    SLOW,
  )
})

describe('a crash at any write', () => {
  it(
    'leaves the project exactly before or exactly after (9)',
    () =>
      property(render, render, edits, fc.nat(400), async (v1, v2, list, at) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        applyEdits(disk, list)
        const before = committedFiles(disk)
        const whole = disk.restarted()
        await move(whole, planOf('2.0.0', v2))
        disk.writes = 0
        disk.crashAt = 1 + (at % Math.max(1, whole.writes))
        await expect(move(disk, planOf('2.0.0', v2))).rejects.toThrow()
        const next = disk.restarted()
        expect(await restart(next)).toBeOneOf(['finished', 'taken-back', 'nothing'])
        expect(committedFiles(next)).toBeOneOf([before, committedFiles(whole)])
      }),
    SLOW,
  )

  it(
    'writes the state last (13)',
    () =>
      property(render, render, fc.nat(400), async (v1, v2, at) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        const state = disk.files(ROOT)['.bolt/project.json']
        const whole = disk.restarted()
        await move(whole, planOf('2.0.0', v2))
        disk.writes = 0
        disk.crashAt = 1 + (at % Math.max(1, whole.writes))
        await expect(move(disk, planOf('2.0.0', v2))).rejects.toThrow(/killed|written/)
        if (disk.files(ROOT)['.bolt/project.json'] !== state)
          expect(committedFiles(disk)).toEqual(committedFiles(whole))
      }),
    SLOW,
  )

  it(
    'a disk that fills up leaves the project exactly as it was',
    () =>
      property(render, render, edits, fc.nat(400), async (v1, v2, list, at) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        applyEdits(disk, list)
        const before = committedFiles(disk)
        const whole = disk.restarted()
        await move(whole, planOf('2.0.0', v2))
        disk.writes = 0
        disk.fullFrom = 1 + (at % Math.max(1, whole.writes))
        const error = await move(disk, planOf('2.0.0', v2)).catch((thrown: unknown) => thrown)
        expect(error instanceof BoltError ? error.exit : 0).toBe(error instanceof Error ? 1 : 0)
        expect(committedFiles(disk)).toEqual(error instanceof Error ? before : committedFiles(whole))
        disk.fullFrom = Number.POSITIVE_INFINITY
        expect(await restart(disk)).toBe('nothing')
      }),
    SLOW,
  )

  it(
    'Ctrl-C leaves the project exactly as it was',
    () =>
      property(render, render, edits, fc.nat(400), async (v1, v2, list, at) => {
        const disk = await createWorld(planOf('1.0.0', v1))
        applyEdits(disk, list)
        const before = committedFiles(disk)
        const whole = disk.restarted()
        await move(whole, planOf('2.0.0', v2))
        const cancel = new AbortController()
        disk.writes = 0
        disk.onWrite = (number) => {
          if (number === 1 + (at % Math.max(1, whole.writes))) cancel.abort()
        }
        const error = await move(disk, planOf('2.0.0', v2), {}, cancel.signal).catch((thrown: unknown) => thrown)
        if (error instanceof Error) expect(error).toMatchObject({ code: 'cancelled', exit: 130 })
        expect(committedFiles(disk)).toEqual(error instanceof Error ? before : committedFiles(whole))
        expect(await restart(disk)).toBe('nothing')
      }),
    SLOW,
  )
})

/** What the next command does first. The dead process has our number here, so its lock counts as held: it is taken away. */
function restart(disk: MemoryDisk) {
  disk.nodes.delete(`${ROOT}/.bolt/txn/lock`)
  return withLock(disk, ROOT, () => recover(disk, ROOT))
}

/** Lines the user wrote, wherever they are now. */
function linesOfMine(disk: MemoryDisk): string[] {
  return Object.values(userFiles(disk))
    .flatMap((text) => text.split(/\r?\n/).filter((line) => line.replace(/^\*/, '').startsWith('mine ')))
    .map((line) => line.replace(/^\*/, ''))
}

/** Actions that change nothing. */
function onlyKept(actions: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(actions).filter(([, action]) => action === 'keep' || action === 'none'))
}
