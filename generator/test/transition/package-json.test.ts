import { describe, expect, it } from 'vitest'
import { mergePackageJson } from '../../src/transition/merge-package-json.ts'

type Json = Record<string, unknown>
const labels = { base: '1.0.0', incoming: '2.0.0' }
const print = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`

function merge(base: Json, yours: Json | string, incoming: Json, used: readonly string[] = []) {
  const texts = {
    base: print(base),
    yours: typeof yours === 'string' ? yours : print(yours),
    incoming: print(incoming),
  }
  const merged = mergePackageJson(texts, labels, (name) => used.includes(name))
  if (!merged) throw new Error('not merged')
  return { ...merged, value: JSON.parse(merged.text) as Json }
}

interface Row {
  title: string
  base?: string
  yours?: string
  incoming?: string
  after?: string
  used?: boolean
  clash?: boolean
  note?: boolean
}

const rows: Row[] = [
  { title: 'changed by us only: ours', base: '^1.0.0', yours: '^1.0.0', incoming: '^2.0.0', after: '^2.0.0' },
  { title: 'changed by the user only: theirs', base: '^1.0.0', yours: '^1.5.0', incoming: '^1.0.0', after: '^1.5.0' },
  {
    title: 'changed by both, enough for us: theirs, reported',
    base: '^1.0.0',
    yours: '^3.0.0',
    incoming: '^2.0.0',
    after: '^3.0.0',
    note: true,
  },
  {
    title: 'changed by both, too old for us: theirs, conflict',
    base: '^1.0.0',
    yours: '^1.5.0',
    incoming: '^2.0.0',
    after: '^1.5.0',
    clash: true,
  },
  { title: 'changed by both to the same', base: '^1.0.0', yours: '^2.0.0', incoming: '^2.0.0', after: '^2.0.0' },
  {
    title: 'no version to compare: theirs, reported',
    base: '^1.0.0',
    yours: 'workspace:*',
    incoming: '^2.0.0',
    after: 'workspace:*',
    note: true,
  },
  { title: 'removed by us, not used: gone', base: '^1.0.0', yours: '^1.0.0' },
  {
    title: 'removed by us, used: kept, reported',
    base: '^1.0.0',
    yours: '^1.0.0',
    used: true,
    after: '^1.0.0',
    note: true,
  },
  {
    title: 'removed by us, changed by the user: kept, reported',
    base: '^1.0.0',
    yours: '^1.1.0',
    after: '^1.1.0',
    note: true,
  },
  { title: 'removed by the user: stays removed', base: '^1.0.0', incoming: '^1.0.0' },
  {
    title: 'removed by the user, changed by us: stays removed, reported',
    base: '^1.0.0',
    incoming: '^2.0.0',
    note: true,
  },
  { title: 'added by us', incoming: '^1.0.0', after: '^1.0.0' },
  { title: 'added by the user', yours: '^1.0.0', after: '^1.0.0' },
]

describe('dependencies', () => {
  it.each(rows)('$title', ({ base, yours, incoming, after, used = false, clash = false, note = false }) => {
    const side = (range: string | undefined): Json => ({
      name: 'x',
      dependencies: { other: '1.0.0', ...(range ? { dep: range } : {}) },
    })
    const merged = merge(side(base), { ...side(yours), extra: true }, side(incoming), used ? ['dep'] : [])
    expect(merged.value.dependencies).toEqual({ other: '1.0.0', ...(after ? { dep: after } : {}) })
    expect(merged.clashes.length).toBe(clash ? 1 : 0)
    expect(merged.notes.length).toBe(note ? 1 : 0)
    expect(merged.value.extra).toBe(true)
  })

  it('follow the template from one section to another unless the user moved them', () => {
    const base = { dependencies: { a: '1.0.0' }, devDependencies: { b: '1.0.0' } }
    const incoming = { devDependencies: { a: '1.1.0', b: '1.1.0' } }
    expect(merge(base, { ...base, mine: 1 }, incoming).value).toEqual({
      mine: 1,
      devDependencies: { a: '1.1.0', b: '1.1.0' },
    })
    const yours = { dependencies: { a: '1.0.0', b: '1.0.0' } }
    expect(merge(base, yours, { ...base, devDependencies: { b: '1.1.0' } }).value).toEqual({
      dependencies: { a: '1.0.0', b: '1.1.0' },
    })
  })

  it('of our own are always those of the template', () => {
    const side = (range: string): Json => ({
      dependencies: { '@bolt-app/core': range },
      devDependencies: { 'create-bolt-app': range },
    })
    expect(merge(side('1.0.0'), side('1.5.0'), side('2.0.0')).value).toEqual(side('2.0.0'))
  })

  it('are put into the alphabet', () => {
    const base = { dependencies: { a: '1', d: '1' } }
    const merged = merge(
      base,
      { dependencies: { a: '1', b: '1', d: '1' }, mine: 1 },
      { dependencies: { a: '1', c: '1', d: '1' } },
    )
    expect(Object.keys(merged.value.dependencies as Json)).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('other keys', () => {
  it('never touches name, version and private', () => {
    const merged = merge(
      { name: 'a', version: '0.1.0', private: true },
      { name: 'mine', version: '3.0.0', scripts: {} },
      { name: 'b', version: '0.2.0', private: true, type: 'module' },
    )
    expect(merged.value).toEqual({ name: 'mine', version: '3.0.0', scripts: {}, type: 'module' })
  })

  it('merges scripts by name', () => {
    const base = { scripts: { dev: 'a', test: 'b', old: 'c' } }
    const merged = merge(
      base,
      { scripts: { dev: 'a --mine', test: 'b', old: 'c', mine: 'd' } },
      { scripts: { dev: 'a', test: 'b2', added: 'e' } },
    )
    expect(merged.value).toEqual({ scripts: { dev: 'a --mine', test: 'b2', added: 'e', mine: 'd' } })
    expect(merged.clashes).toEqual([])
  })

  it('merges the parts of a script that is a chain', () => {
    const merged = merge(
      { scripts: { check: 'a && b && c' } },
      { scripts: { check: 'a && b && c && mine' } },
      { scripts: { check: 'a && b2 && c' } },
    )
    expect(merged.value).toEqual({ scripts: { check: 'a && b2 && c && mine' } })
  })

  it('keeps the value of the user where both changed a key, and says so', () => {
    const merged = merge(
      { scripts: { dev: 'a' } },
      { scripts: { dev: 'mine' } },
      { scripts: { dev: 'b' }, type: 'module' },
    )
    expect(merged.value).toEqual({ scripts: { dev: 'mine' }, type: 'module' })
    expect(merged.clashes).toMatchObject([{ path: ['scripts', 'dev'], base: 'a', yours: 'mine', incoming: 'b' }])
  })

  it('keeps indentation and order of the user', () => {
    const yours = '{\n\t"type": "module",\n\t"scripts": { "test": "b", "dev": "a" },\n\t"mine": [1, 2]\n}\n'
    const merged = merge({ scripts: { dev: 'a', test: 'b' }, type: 'module' }, yours, {
      scripts: { dev: 'a2', test: 'b' },
      type: 'module',
    })
    expect(merged.text).toBe(yours.replace('"a"', '"a2"'))
  })

  it('merges lists as ordered sets', () => {
    const merged = merge({ files: ['a', 'b', 'c'] }, { files: ['a', 'mine', 'c'] }, { files: ['a', 'b', 'c', 'd'] })
    expect(merged.value).toEqual({ files: ['a', 'mine', 'c', 'd'] })
  })
})
