/** Situations from real projects, each told from start to end. */
import { describe, expect, it } from 'vitest'
import { readProjectFile } from '../../src/state/state.ts'
import { openConflicts } from '../../src/transition/pending.ts'
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

const packageJson = (dependencies: Record<string, string>, scripts: Record<string, string> = {}): FileSpec => ({
  path: 'package.json',
  class: 'structured',
  content: `${JSON.stringify({ name: 'project', scripts, dependencies }, null, 2)}\n`,
})
const dependenciesOf = (text: string | undefined): string[] =>
  Object.keys((JSON.parse(text ?? '{}') as { dependencies: object }).dependencies)

describe('a battery that is dropped', () => {
  const before = [
    packageJson({ core: '1.0.0', jose: '6.0.0' }),
    { path: 'src/tokens.ts', content: "import { sign } from 'jose'\n" },
  ]
  const after = [packageJson({ core: '1.0.0' })]

  it('takes its dependency along', async () => {
    const disk = await createWorld(planOf('1.0.0', before))
    await move(disk, planOf('1.0.0', after))
    expect(dependenciesOf(userFiles(disk)['package.json'])).toEqual(['core'])
  })

  it.each([
    ['imports it', "import type { JWK } from 'jose'\n"],
    ['imports a part of it', "const { decode } = await import('jose/jwt/decode')\n"],
    ['requires it', "const jose = require('jose')\n"],
  ])('leaves its dependency when code of the user %s, and says so', async (_title, code) => {
    const disk = await createWorld(planOf('1.0.0', before))
    edit(disk, 'package.json', packageJson({ core: '1.0.0', jose: '6.0.0', own: '1.0.0' }).content)
    edit(disk, 'src/mine/keys.ts', code)
    const { transition } = await move(disk, planOf('1.0.0', after))
    expect(dependenciesOf(userFiles(disk)['package.json'])).toEqual(['core', 'jose', 'own'])
    expect(transition.decisions.find(({ path }) => path === 'package.json')?.reason).toContain(
      'jose is kept because your code uses it',
    )
  })

  it('leaves its files where they were edited', async () => {
    const disk = await createWorld(planOf('1.0.0', before))
    edit(disk, 'src/tokens.ts', "import { sign } from 'jose'\nmine()\n")
    const outcome = await move(disk, planOf('1.0.0', after))
    expect(actionsByPath(outcome)['src/tokens.ts']).toBe('release')
    expect(userFiles(disk)['src/tokens.ts']).toContain('mine()')
  })
})

describe('a checkout with Windows line ends', () => {
  const file = (tail: string): FileSpec => ({ path: 'a.ts', content: `one()\ntwo()\nthree()\nfour()\n${tail}\n` })
  const crlf = (text: string): string => text.replaceAll('\n', '\r\n')

  it('counts as unedited, and stays with its line ends', async () => {
    const disk = await createWorld(planOf('1.0.0', [file('five()')]))
    edit(disk, 'a.ts', crlf(String(file('five()').content)))
    expect(actionsByPath(await move(disk, planOf('2.0.0', [file('six()')])))).toEqual({ 'a.ts': 'write' })
    expect(userFiles(disk)['a.ts']).toBe(crlf(String(file('six()').content)))
  })

  it('merges edits line by line', async () => {
    const disk = await createWorld(planOf('1.0.0', [file('five()')]))
    edit(disk, 'a.ts', crlf(String(file('five()').content).replace('one', 'mine')))
    expect(actionsByPath(await move(disk, planOf('2.0.0', [file('six()')])))).toEqual({ 'a.ts': 'merge' })
    expect(userFiles(disk)['a.ts']).toBe(crlf(String(file('six()').content).replace('one', 'mine')))
  })
})

describe('a template that is split in two', () => {
  it('keeps the edits in the part that has the identity', async () => {
    const long = Array.from({ length: 8 }, (_, i) => `line${i}()\n`)
    const disk = await createWorld(planOf('1.0.0', [{ path: 'all.ts', content: long.join('') }]))
    edit(disk, 'all.ts', long.join('').replace('line1', 'mine'))
    await move(
      disk,
      planOf('2.0.0', [
        { path: 'all.ts', content: long.slice(0, 4).join('') },
        { path: 'rest.ts', content: long.slice(4).join('') },
      ]),
    )
    expect(userFiles(disk)).toEqual({
      'all.ts': long.slice(0, 4).join('').replace('line1', 'mine'),
      'rest.ts': long.slice(4).join(''),
    })
  })
})

describe('both sides add the same path', () => {
  it('is a conflict that ends when the incoming file is dealt with', async () => {
    const disk = await createWorld(planOf('1.0.0', [{ path: 'x', content: 'x' }]))
    edit(disk, 'new.ts', 'mine()\n')
    const next = planOf('2.0.0', [
      { path: 'x', content: 'x' },
      { path: 'new.ts', content: 'theirs()\n' },
    ])
    await move(disk, next)
    await expect(move(disk, next)).rejects.toMatchObject({ code: 'transition-refused' })
    erase(disk, '.bolt/incoming/new.ts')
    const { pending } = await readProjectFile(disk, ROOT)
    expect(await openConflicts(disk, ROOT, pending)).toEqual([])
    expect((await move(disk, next)).transition.pending).toEqual([])
    expect(userFiles(disk)['new.ts']).toBe('mine()\n')
    expect((await readProjectFile(disk, ROOT)).pending).toEqual([])
  })
})

describe('a skipped version, a downgrade and a prerelease', () => {
  it('are transitions like any other', async () => {
    const at = (version: string): ReturnType<typeof planOf> =>
      planOf(version, [{ path: 'a.ts', content: `1\n2\n3\nversion ${version}\n` }])
    const disk = await createWorld(at('1.0.0'))
    edit(disk, 'a.ts', 'mine\n2\n3\nversion 1.0.0\n')
    for (const version of ['3.0.0', '2.0.0', '2.1.0-beta.1', '1.0.0']) {
      await move(disk, at(version))
      expect(userFiles(disk)['a.ts']).toBe(`mine\n2\n3\nversion ${version}\n`)
      expect((await readProjectFile(disk, ROOT)).version).toBe(version)
    }
  })
})

describe('migrations', () => {
  const entry = (idx: number, when: number, tag: string) => ({ idx, version: '7', when, tag, breakpoints: true })
  const journal = (...entries: object[]): FileSpec => ({
    path: 'src/db/migrations/meta/_journal.json',
    class: 'append-only',
    content: `${JSON.stringify({ version: '7', dialect: 'postgresql', entries }, null, 2)}\n`,
  })
  const sql = (name: string, content: string): FileSpec => ({
    path: `src/db/migrations/${name}.sql`,
    class: 'append-only',
    content,
  })
  const users = entry(0, 100, '0000_users')
  const notes = entry(1, 200, '0001_notes')
  const withNotes = [journal(users, notes), sql('0000_users', 'users;'), sql('0001_notes', 'notes;')]
  const withoutNotes = [journal(users), sql('0000_users', 'users;')]
  const entriesIn = (files: Record<string, string>) =>
    JSON.parse(files['src/db/migrations/meta/_journal.json'] ?? '{}').entries

  it('of a dropped example stay, in the journal too, and fit when the example comes back', async () => {
    const disk = await createWorld(planOf('1.0.0', withNotes))
    await move(disk, planOf('1.0.0', withoutNotes))
    expect(entriesIn(userFiles(disk))).toEqual([users, notes])
    expect(userFiles(disk)['src/db/migrations/0001_notes.sql']).toBe('notes;')
    const back = await move(disk, planOf('1.0.0', withNotes))
    expect(back.transition.pending).toEqual([])
    expect(entriesIn(userFiles(disk))).toEqual([users, notes])
  })

  it('that are newly shipped come after the newest one of the user, or no database would run them', async () => {
    const disk = await createWorld(planOf('1.0.0', withoutNotes))
    const own = entry(1, 900, '0001_invoices')
    edit(disk, 'src/db/migrations/meta/_journal.json', journal(users, own).content)
    await move(disk, planOf('1.0.0', withNotes))
    expect(entriesIn(userFiles(disk))).toEqual([users, own, { ...notes, idx: 2, when: 901 }])
  })

  it('of another database are replaced, as nothing can have run them', async () => {
    const disk = await createWorld(planOf('1.0.0', withNotes, { database: 'postgres' }))
    const sqlite = [journal(entry(0, 300, '0000_users')), sql('0000_users', 'users for sqlite;')]
    const { transition } = await move(disk, planOf('1.0.0', sqlite, { database: 'sqlite' }))
    expect(transition.pending).toEqual([])
    expect(userFiles(disk)).toEqual(Object.fromEntries(sqlite.map(({ path, content }) => [path, content])))
  })

  it('of another database that were edited are a conflict', async () => {
    const disk = await createWorld(planOf('1.0.0', withNotes, { database: 'postgres' }))
    edit(disk, 'src/db/migrations/0000_users.sql', 'users; and mine;')
    const sqlite = [journal(entry(0, 300, '0000_users')), sql('0000_users', 'users for sqlite;')]
    const { transition } = await move(disk, planOf('1.0.0', sqlite, { database: 'sqlite' }))
    expect(transition.pending.map(({ path }) => path)).toEqual(['src/db/migrations/0000_users.sql'])
    expect(userFiles(disk)['src/db/migrations/0000_users.sql']).toBe('users; and mine;')
  })
})
