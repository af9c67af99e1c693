/** Files that move, on either side. */
import { describe, expect, it } from 'vitest'
import { actionsByPath, createWorld, edit, erase, move, planOf, ROOT, userFiles } from '../support/world.ts'

const text = (name: string): string => Array.from({ length: 10 }, (_, i) => `${name} line ${i}\n`).join('')
const A = text('a')
const A2 = A.replace('a line 9', 'a line 9 upstream')
const MINE = A.replace('a line 0', 'a line 0 mine')

describe('a file the user moved', () => {
  it('is found by equal content and follows the template at its new place', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ path: 'src/a.ts', content: A }]))
    erase(disk, 'src/a.ts')
    edit(disk, 'src/deep/renamed.ts', A)
    const outcome = await move(disk, planOf('2.0.0', [{ path: 'src/a.ts', content: A2 }]))
    expect(actionsByPath(outcome)).toEqual({ 'src/deep/renamed.ts': 'write' })
    expect(userFiles(disk)).toEqual({ 'src/deep/renamed.ts': A2 })
    await move(disk, planOf('3.0.0', [{ path: 'src/a.ts', content: A }]))
    expect(userFiles(disk)).toEqual({ 'src/deep/renamed.ts': A })
  })

  it('is found by similarity when it was edited too, and merged', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ path: 'a.ts', content: A }]))
    erase(disk, 'a.ts')
    edit(disk, 'b.ts', MINE)
    const outcome = await move(disk, planOf('2.0.0', [{ path: 'a.ts', content: A2 }]))
    expect(actionsByPath(outcome)).toEqual({ 'b.ts': 'merge' })
    expect(userFiles(disk)['b.ts']).toBe(MINE.replace('a line 9', 'a line 9 upstream'))
  })

  it('is not guessed when two files are alike', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ path: 'a.ts', content: A }]))
    erase(disk, 'a.ts')
    edit(disk, 'b.ts', MINE)
    edit(disk, 'c.ts', MINE.replace('a line 5', 'five'))
    await move(disk, planOf('2.0.0', [{ path: 'a.ts', content: A2 }]))
    expect(Object.keys(userFiles(disk))).toEqual(['b.ts', 'c.ts'])
    expect(userFiles(disk)['b.ts']).toBe(MINE)
  })

  it('keeps its place when the template moves it as well', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ id: 'x', path: 'a.ts', content: A }]))
    erase(disk, 'a.ts')
    edit(disk, 'mine.ts', A)
    await move(disk, planOf('2.0.0', [{ id: 'x', path: 'b.ts', content: A2 }]))
    expect(userFiles(disk)).toEqual({ 'mine.ts': A2 })
  })
})

describe('a whole folder the user moved', () => {
  it('is followed, edited files included', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `src/part-${i % 4}/file-${i}.ts`)
    const specs = names.map((path, i) => ({ path, content: text(`${i}`) }))
    const disk = await createWorld(planOf('1.0.0', specs))
    for (const [i, { path, content }] of specs.entries()) {
      erase(disk, path)
      edit(disk, `apps/api/${path}`, i % 5 === 0 ? content.replace('line 0', 'line 0 mine') : content)
    }
    const next = specs.map(({ path, content }) => ({ path, content: content.replace('line 9', 'line 9 upstream') }))
    await move(disk, planOf('2.0.0', next))
    const after = userFiles(disk)
    expect(Object.keys(after).sort()).toEqual(names.map((path) => `apps/api/${path}`).sort())
    for (const content of Object.values(after)) expect(content).toContain('line 9 upstream')
    expect(after['apps/api/src/part-0/file-0.ts']).toContain('line 0 mine')
  })
})

describe('a file the template moved', () => {
  it('moves with the edits of the user', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ id: 'x', path: 'old/a.ts', content: A }]))
    edit(disk, 'old/a.ts', MINE)
    const outcome = await move(disk, planOf('2.0.0', [{ id: 'x', path: 'new/a.ts', content: A }]))
    expect(actionsByPath(outcome)).toEqual({ 'new/a.ts': 'rename' })
    expect(userFiles(disk)).toEqual({ 'new/a.ts': MINE })
    expect(disk.folders(ROOT)).not.toContain('old')
  })

  it('may swap its place with another', async () => {
    const B = text('b')
    const disk = await createWorld(
      planOf('1.0.0', [
        { id: 'x', path: 'a.ts', content: A },
        { id: 'y', path: 'b.ts', content: B },
      ]),
    )
    edit(disk, 'a.ts', MINE)
    await move(
      disk,
      planOf('2.0.0', [
        { id: 'x', path: 'b.ts', content: A },
        { id: 'y', path: 'a.ts', content: B },
      ]),
    )
    expect(userFiles(disk)).toEqual({ 'a.ts': B, 'b.ts': MINE })
  })

  it('stays and is put aside when a file of the user holds the new place', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ id: 'x', path: 'a.ts', content: A }]))
    edit(disk, 'b.ts', 'mine\n')
    const outcome = await move(disk, planOf('2.0.0', [{ id: 'x', path: 'b.ts', content: A2 }]))
    expect(userFiles(disk)).toEqual({ 'a.ts': A, 'b.ts': 'mine\n' })
    expect(outcome.transition.pending).toMatchObject([{ path: 'b.ts', kind: 'incoming' }])
  })

  it('leaves its old place to a new file', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ id: 'x', path: 'a.ts', content: A }]))
    edit(disk, 'a.ts', MINE)
    await move(
      disk,
      planOf('2.0.0', [
        { id: 'x', path: 'b.ts', content: A },
        { id: 'z', path: 'a.ts', content: 'new\n' },
      ]),
    )
    expect(userFiles(disk)).toEqual({ 'a.ts': 'new\n', 'b.ts': MINE })
  })
})

describe('a path that changes its owner', () => {
  it('is merged as one file', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ id: 'postgres', path: 'db.ts', content: A }]))
    edit(disk, 'db.ts', MINE)
    const outcome = await move(disk, planOf('1.0.0', [{ id: 'sqlite', path: 'db.ts', content: A2 }]))
    expect(actionsByPath(outcome)).toEqual({ 'db.ts': 'merge' })
    expect(userFiles(disk)['db.ts']).toBe(MINE.replace('a line 9', 'a line 9 upstream'))
  })
})

describe('a copy', () => {
  it('is the business of the user', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ path: 'a.ts', content: A }]))
    edit(disk, 'copy.ts', A)
    await move(disk, planOf('2.0.0', [{ path: 'a.ts', content: A2 }]))
    expect(userFiles(disk)).toEqual({ 'a.ts': A2, 'copy.ts': A })
  })
})
