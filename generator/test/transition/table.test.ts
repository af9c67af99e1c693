/** The decision table of a transition, row by row, through the real engine on a disk in memory. */
import { describe, expect, it } from 'vitest'
import type { FileClass } from '../../src/types.ts'
import {
  actionsByPath,
  createWorld,
  edit,
  erase,
  type FileSpec,
  move,
  planOf,
  ROOT,
  userFiles,
} from '../support/world.ts'

const B = 'one\ntwo\nthree\nfour\nfive\n'
const O = 'one\ntwo changed by me\nthree\nfour\nfive\n'
const N = 'one\ntwo\nthree\nfour\nfive changed upstream\n'
const MERGED = 'one\ntwo changed by me\nthree\nfour\nfive changed upstream\n'
const CLASH = 'one\ntwo changed upstream\nthree\nfour\nfive\n'
const other: FileSpec = { path: 'other.ts', content: 'other\n' }

interface Row {
  title: string
  class?: FileClass
  base?: string
  yours?: string
  next?: string
  action?: string
  after?: string
  incoming?: string
}

const rows: Row[] = [
  { title: 'a new file is added', next: N, action: 'add', after: N },
  { title: 'a new file the user already has is adopted', yours: N, next: N, action: 'adopt', after: N },
  {
    title: 'a new file where the user has another is put aside',
    yours: O,
    next: N,
    action: 'conflict',
    after: O,
    incoming: N,
  },
  { title: 'nothing happens when nothing changed', base: B, yours: B, next: B, after: B },
  { title: 'an unedited file follows the template', base: B, yours: B, next: N, action: 'write', after: N },
  {
    title: 'an edited file stays when the template did not change',
    base: B,
    yours: O,
    next: B,
    action: 'keep',
    after: O,
  },
  {
    title: 'an edit equal to the new content advances the base',
    base: B,
    yours: N,
    next: N,
    action: 'adopt',
    after: N,
  },
  { title: 'disjoint edits merge', base: B, yours: O, next: N, action: 'merge', after: MERGED },
  {
    title: 'edits of the same line conflict',
    base: B,
    yours: O,
    next: CLASH,
    action: 'conflict',
    after: O,
    incoming: CLASH,
  },
  { title: 'a deleted file stays away', base: B, next: B },
  { title: 'a deleted file that changed upstream stays away and is reported', base: B, next: N, action: 'keep' },
  { title: 'an unedited file that the template drops is deleted', base: B, yours: B, action: 'delete' },
  { title: 'an edited file that the template drops is released', base: B, yours: O, action: 'release', after: O },
  { title: 'a file gone on both sides is forgotten', base: B, action: 'forget' },
  {
    title: 'an edited seed stays and is reported',
    class: 'seed',
    base: B,
    yours: O,
    next: N,
    action: 'keep',
    after: O,
  },
  {
    title: 'an unedited seed follows the template',
    class: 'seed',
    base: B,
    yours: B,
    next: N,
    action: 'write',
    after: N,
  },
  { title: 'a migration is never changed', class: 'append-only', base: B, yours: B, next: N, action: 'keep', after: B },
  { title: 'a migration is never deleted', class: 'append-only', base: B, yours: B, action: 'release', after: B },
  {
    title: 'an edited derived file is left to its tool',
    class: 'derived',
    base: B,
    yours: O,
    next: N,
    action: 'keep',
    after: O,
  },
  {
    title: 'a changed binary is put aside',
    class: 'opaque',
    base: B,
    yours: O,
    next: N,
    action: 'conflict',
    after: O,
    incoming: N,
  },
]

describe('the decision table', () => {
  it.each(rows)('$title', async ({ class: fileClass = 'managed', base, yours, next, action, after, incoming }) => {
    const spec = (content: string): FileSpec => ({ path: 'src/file.ts', content, class: fileClass })
    const disk = await createWorld(planOf('1.0.0', [other, ...(base === undefined ? [] : [spec(base)])]))
    if (yours === undefined) erase(disk, 'src/file.ts')
    else edit(disk, 'src/file.ts', yours)
    const outcome = await move(disk, planOf('2.0.0', [other, ...(next === undefined ? [] : [spec(next)])]))
    expect(actionsByPath(outcome)['src/file.ts']).toBe(action)
    expect(userFiles(disk)['src/file.ts']).toBe(after)
    expect(disk.files(ROOT)['.bolt/incoming/src/file.ts']).toBe(incoming)
    expect(outcome.transition.pending.length).toBe(incoming === undefined ? 0 : 1)
  })
})

describe('a base that is no longer known', () => {
  const forget = async (yours: string) => {
    const disk = await createWorld(planOf('1.0.0', [{ path: 'a.ts', content: B }]))
    for (const path of [...disk.nodes.keys()]) if (path.includes('/objects/')) disk.nodes.delete(path)
    edit(disk, 'a.ts', yours)
    return disk
  }

  it('does not matter while the file is unedited', async () => {
    const disk = await forget(B)
    await move(disk, planOf('2.0.0', [{ path: 'a.ts', content: N }]))
    expect(userFiles(disk)).toEqual({ 'a.ts': N })
  })

  it('never lets an edited file be overwritten', async () => {
    const disk = await forget(O)
    const outcome = await move(disk, planOf('2.0.0', [{ path: 'a.ts', content: N }]))
    expect(userFiles(disk)).toEqual({ 'a.ts': O })
    expect(outcome.transition.pending).toHaveLength(1)
  })

  it('is no conflict when the file has the new content', async () => {
    const disk = await forget(N)
    expect(actionsByPath(await move(disk, planOf('2.0.0', [{ path: 'a.ts', content: N }])))).toEqual({
      'a.ts': 'adopt',
    })
  })
})

describe('modes', () => {
  it('follow the template where the user left them', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ path: 'run.sh', content: B }]))
    await move(disk, planOf('2.0.0', [{ path: 'run.sh', content: B, mode: '100755' }]))
    expect(userFiles(disk)).toEqual({ 'run.sh': `*${B}` })
  })

  it('stay as the user set them', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ path: 'run.sh', content: B }]))
    edit(disk, 'run.sh', B, 0o755)
    await move(disk, planOf('2.0.0', [{ path: 'run.sh', content: N }]))
    expect(userFiles(disk)).toEqual({ 'run.sh': `*${N}` })
  })
})

describe('something else in the place of a file', () => {
  it('is left alone, and the new version put aside', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ path: 'a.ts', content: B }]))
    erase(disk, 'a.ts')
    disk.link(`${ROOT}/a.ts`)
    const outcome = await move(disk, planOf('2.0.0', [{ path: 'a.ts', content: N }]))
    expect(disk.nodes.get(`${ROOT}/a.ts`)?.kind).toBe('link')
    expect(outcome.transition.pending).toMatchObject([{ path: 'a.ts', kind: 'incoming' }])
  })

  it('does not let a file of the template be written through a folder that is a file', async () => {
    const disk = await createWorld(planOf('1.0.0', [other]))
    edit(disk, 'lib', 'mine\n')
    const outcome = await move(disk, planOf('2.0.0', [other, { path: 'lib/a.ts', content: N }]))
    expect(userFiles(disk)).toEqual({ 'other.ts': 'other\n', lib: 'mine\n' })
    expect(outcome.transition.pending).toMatchObject([{ path: 'lib/a.ts', kind: 'incoming' }])
  })
})
