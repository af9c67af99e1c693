/** The state as hostile input: every fault is one clear error, and nothing outside of the project is touched. */
import { describe, expect, it } from 'vitest'
import { applyPlan } from '../../src/apply/create.ts'
import { BoltError } from '../../src/errors.ts'
import { sha256 } from '../../src/state/hash.ts'
import { formatManifest, parseManifest } from '../../src/state/manifest.ts'
import { objectPath, packObject } from '../../src/state/objects.ts'
import { checkPath, findCollision } from '../../src/state/paths.ts'
import { formatProjectFile, parseProjectFile } from '../../src/state/project-file.ts'
import { readState } from '../../src/state/state.ts'
import type { MemoryDisk } from '../support/memory-disk.ts'
import { createWorld, edit, erase, move, planOf, ROOT } from '../support/world.ts'

const HASH = 'a'.repeat(64)
const line = (
  path: string,
  { hash = HASH, mode = '100644', kind = 'managed', status = 'current', id = `layer:${path}` } = {},
): string => [hash, mode, kind, status, id, path].join('\t')

function thrownBy(work: () => unknown): BoltError {
  try {
    work()
  } catch (error) {
    if (error instanceof BoltError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('paths', () => {
  it.each([
    '../out',
    'a/../../out',
    '/etc/passwd',
    'C:/x',
    'c:x',
    'a\\b',
    '..\\out',
    '',
    'a//b',
    './a',
    'a/.',
    'con',
    'a/NUL',
    'a/nul.txt',
    'COM1',
    'lpt9.log',
    'a/b.',
    'a/b ',
    'a\0b',
    'a\tb',
    'a\nb',
    '.git/hooks/post-commit',
    'a/.GIT/config',
    '.bolt/manifest',
    '.Bolt/x',
    'a:b',
    'a|b',
    `${'x'.repeat(300)}`,
    'x/'.repeat(600),
  ])('refuses %j', (path) => expect(checkPath(path)).toBeTypeOf('string'))

  it.each([
    'a',
    '.env.example',
    '.github/workflows/ci.yml',
    'src/[id].ts',
    'src/$x/_y.ts',
    'console.ts',
    'null.ts',
    'äöü.md',
    'a b.md',
  ])('allows %j', (path) => expect(checkPath(path)).toBeUndefined())

  it.each([[['a', 'A']], [['src/a.ts', 'SRC/b.ts']], [['a', 'a/b']], [['a/b', 'a']], [['é', 'e\u0301']]])(
    'finds that %j cannot all exist',
    (paths) => expect(findCollision(paths)).toBeDefined(),
  )

  it('lets different paths be', () => expect(findCollision(['a', 'b/a', 'b/c', 'b/d/e', '.a'])).toBeUndefined())
})

describe('the manifest', () => {
  it('survives a round trip, sorted', () => {
    const text = [line('a.ts'), line('b/c.ts', { mode: '100755', kind: 'seed', status: 'deleted' })].join('\n')
    expect(formatManifest(parseManifest(`${text}\n`).reverse())).toBe(`${text}\n`)
    expect(formatManifest(parseManifest(text.replaceAll('\n', '\r\n')))).toBe(`${text}\n`)
  })

  it.each([
    ['a path that leaves', line('../out'), /"\.\.\/out"/],
    ['an absolute path', line('/out'), /absolute/],
    ['a device', line('src/NUL'), /device/],
    ['the repository', line('.git/config'), /\.git/],
    ['a hash that is none', line('b', { hash: 'xyz' }), /SHA-256/],
    ['a mode that is none', line('b', { mode: '120000' }), /120000/],
    ['a class that is none', line('b', { kind: 'strange' }), /strange/],
    ['a status that is none', line('b', { status: 'strange' }), /strange/],
    ['an id that is none', line('b', { id: 'strange' }), /strange/],
    ['a line with too few fields', 'a\tb', /2 fields/],
    ['paths that differ by case', line('A.ts'), /cannot both exist/],
    ['an id twice', line('b', { id: 'layer:a.ts' }), /line 1/],
    ['conflict markers', '<<<<<<< HEAD', /conflict marker/],
  ])('refuses %s, naming file and line', (_title, second, why) => {
    const error = thrownBy(() => parseManifest(`${line('a.ts')}\n${second}\n`))
    expect(error.code).toBe('state-invalid')
    expect(error.message).toMatch(/\.bolt\/manifest.*line 2/)
    expect(error.why).toMatch(why)
  })
})

describe('the project file', () => {
  const good = {
    schema: 1,
    version: '1.2.3',
    answers: { name: 'x', docker: true, list: ['a'] },
    pending: [],
    history: [],
  }

  it('survives a round trip', () => expect(parseProjectFile(formatProjectFile(good))).toEqual(good))

  it.each([
    ['what is no JSON', '{\n "schema": 1,,\n}', /not JSON/],
    ['conflict markers', '{\n<<<<<<< HEAD\n}', /conflict markers/],
    ['a list', '[]', /object/],
    ['no schema', { ...good, schema: undefined }, /schema/],
    ['a version that is none', { ...good, version: '../1' }, /version/],
    ['answers that are none', { ...good, answers: [] }, /answers/],
    ['an answer that is an object', { ...good, answers: { name: {} } }, /answers\.name/],
    [
      'a pending path that leaves',
      { ...good, pending: [{ id: 'a:b', path: '../x', kind: 'markers', why: '' }] },
      /"\.\.\/x"/,
    ],
    ['a pending kind that is none', { ...good, pending: [{ id: 'a:b', path: 'x', kind: 'odd', why: '' }] }, /odd/],
    ['a history that is none', { ...good, history: [1] }, /history/],
    ['a key that pollutes', '{"schema":1,"__proto__":{"x":1}}', /__proto__/],
  ])('refuses %s', (_title, content, why) => {
    const error = thrownBy(() => parseProjectFile(typeof content === 'string' ? content : JSON.stringify(content)))
    expect(error.code).toBe('state-invalid')
    expect(error.message).toContain('.bolt/project.json')
    expect(error.why).toMatch(why)
  })

  it('of a newer schema is left to a newer version', () =>
    expect(thrownBy(() => parseProjectFile(JSON.stringify({ ...good, schema: 2 }))).code).toBe('state-newer'))
})

describe('a tampered state folder', () => {
  const plan = planOf('1.0.0', [{ path: 'src/a.ts', content: 'a\n' }])
  const object = `${ROOT}/${objectPath(sha256('a\n'))}`

  const faults: [string, (disk: MemoryDisk) => void, RegExp][] = [
    ['an object with another content', (disk) => disk.put(object, packObject(Buffer.from('b\n'))), /has the hash/],
    ['an object that is no archive', (disk) => disk.put(object, 'rubbish'), /decompressed/],
    ['an object that explodes', (disk) => disk.put(object, packObject(new Uint8Array(17 * 1024 * 1024))), /16 MiB/],
    ['an object that is a link', (disk) => disk.link(object), /symbolic link/],
    ['a manifest that is a link', (disk) => disk.link(`${ROOT}/.bolt/manifest`), /symbolic link/],
    [
      'a manifest that is too large',
      (disk) => disk.put(`${ROOT}/.bolt/manifest`, 'x'.repeat(5 * 1024 * 1024)),
      /larger/,
    ],
    [
      'a manifest that is not UTF-8',
      (disk) => disk.put(`${ROOT}/.bolt/manifest`, new Uint8Array([0xff, 0xfe])),
      /UTF-8/,
    ],
    ['no manifest', (disk) => erase(disk, '.bolt/manifest'), /nobody knows which files/],
    ['a project file that is a link', (disk) => disk.link(`${ROOT}/.bolt/project.json`), /symbolic link/],
    [
      'a tracked file below a link',
      (disk) => {
        erase(disk, 'src/a.ts')
        disk.link(`${ROOT}/src`)
      },
      /symbolic link/,
    ],
  ]

  it.each(faults)('with %s is refused', async (_title, tamper, why) => {
    const disk = await createWorld(plan)
    tamper(disk)
    const before = disk.files('/home')
    const error = await move(disk, planOf('2.0.0', [{ path: 'src/a.ts', content: 'b\n' }])).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(BoltError)
    expect((error as BoltError).code).toBe('state-invalid')
    expect(`${(error as BoltError).message} ${(error as BoltError).why}`).toMatch(why)
    expect(disk.files('/home')).toEqual(before)
  })

  it('that lacks an object has an unknown base, not an error', async () => {
    const disk = await createWorld(plan)
    disk.nodes.delete(object)
    expect((await readState(disk, ROOT)).files[0]?.content).toBeUndefined()
  })

  it.each([
    ['a path that leaves the project', { path: '../out' }],
    ['a path into the journal itself', { path: '.bolt/txn/lock' }],
    ['a path into the repository', { path: '.git/config' }],
  ])('with a journal that has %s writes nothing', async (_title, { path }) => {
    const disk = await createWorld(plan)
    const step = { path, before: null, after: { sha256: sha256('evil'), mode: '100644' } }
    edit(
      disk,
      '.bolt/txn/current/journal.json',
      JSON.stringify({ schema: 1, command: 'x', steps: [step], folders: [] }),
    )
    edit(disk, '.bolt/txn/current/staged/0', 'evil')
    const before = disk.files('/home')
    const { recover } = await import('../../src/apply/recover.ts')
    await expect(recover(disk, ROOT)).rejects.toThrow(/journal\.json is damaged/)
    expect(disk.files('/home')).toEqual(before)
  })
})

describe('a layer with an illegal path', () => {
  it.each([[['../a']], [['a', 'A']], [['.git/x']]])(
    'such as %j is refused before anything is written',
    async (paths) => {
      const disk = await createWorld(planOf('1.0.0', [{ path: 'x', content: 'x' }]))
      const before = disk.files('/home')
      const bad = planOf(
        '1.0.0',
        paths.map((path) => ({ path, content: 'x' })),
      )
      await expect(applyPlan(bad, '/home/other', { disk })).rejects.toThrow(BoltError)
      expect(disk.files('/home')).toEqual(before)
    },
  )
})
