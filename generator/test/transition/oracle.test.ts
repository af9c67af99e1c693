/** git as the judge: the same three sides through `git merge-file` and `git merge-tree`. Only tests need git. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse as parseYaml, stringify } from 'yaml'
import { mergeJson, parseJson } from '../../src/transition/merge-json.ts'
import { mergeText } from '../../src/transition/merge-text.ts'
import { sameValue } from '../../src/transition/merge-value.ts'
import { mergeYaml } from '../../src/transition/merge-yaml.ts'
import { createWorld, edit, move, planOf, userFiles } from '../support/world.ts'

const labels = { base: '1', incoming: '2' }
const RUNS = process.env.BOLT_PROPERTY_RUNS ? { numRuns: Number(process.env.BOLT_PROPERTY_RUNS) } : {}
let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bolt-oracle-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What git makes of it; nothing when it conflicts. */
function gitMergeFile(base: string, yours: string, incoming: string): string | undefined {
  const [o, a, b] = ['base', 'yours', 'incoming'].map((name) => path.join(folder, name)) as [string, string, string]
  writeFileSync(o, base)
  writeFileSync(a, yours)
  writeFileSync(b, incoming)
  const { status, stdout } = spawnSync('git', ['merge-file', '-p', '-q', a, o, b], { encoding: 'utf8' })
  return status === 0 ? stdout : undefined
}

/** Lines that are all different, so that there is one way to align the sides; some changed, dropped or added. */
const lines = fc
  .uniqueArray(fc.nat(999), { minLength: 4, maxLength: 14 })
  .map((numbers) => numbers.map((number) => `line ${number}`))
const changes = fc.array(fc.tuple(fc.constantFrom('set', 'drop', 'add'), fc.nat(14), fc.constantFrom('x', 'y', 'z')), {
  maxLength: 3,
})
const changed = (from: readonly string[], list: readonly (readonly [string, number, string])[]): string[] =>
  list.reduce<string[]>(
    (all, [kind, at, line]) =>
      all.toSpliced(at % (all.length + 1), kind === 'add' ? 0 : 1, ...(kind === 'drop' ? [] : [line])),
    [...from],
  )
const text = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('')

describe('a text merge', () => {
  it("that both call clean is the same as git's", () => {
    // The judge is asked the same questions each time, unless more of them are wanted.
    let disagreements = 0
    const runs = Number(process.env.BOLT_PROPERTY_RUNS ?? 150)
    fc.assert(
      fc.property(lines, changes, changes, (base, mine, theirs) => {
        const sides = [text(base), text(changed(base, mine)), text(changed(base, theirs))] as const
        const ours = mergeText(...sides, labels)
        const git = gitMergeFile(...sides)
        if ((git === undefined) !== ours.clashes.length > 0) disagreements++
        else if (git !== undefined) expect(ours.text).toBe(git)
      }),
      { numRuns: runs, ...(process.env.BOLT_PROPERTY_RUNS ? {} : { seed: 1 }) },
    )
    expect(disagreements).toBeLessThan(runs / 10)
  })

  it('of disjoint edits is clean, and of equal edits never a conflict (8)', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(999), { minLength: 9, maxLength: 20 }), fc.nat(2), (numbers, offset) => {
        const base = numbers.map((number) => `line ${number}`)
        const mine = base.with(offset, 'mine')
        const theirs = base.with(base.length - 1 - offset, 'theirs')
        expect(mergeText(text(base), text(mine), text(theirs), labels)).toEqual({
          text: text(mine.with(base.length - 1 - offset, 'theirs')),
          clashes: [],
        })
        expect(mergeText(text(base), text(mine), text(mine), labels)).toEqual({ text: text(mine), clashes: [] })
      }),
      RUNS,
    )
  })
})

const json = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.oneof(
    fc.nat(3),
    fc.constantFrom('x', 'y'),
    fc.dictionary(fc.constantFrom('k', 'l', 'm'), fc.nat(2), { noNullPrototype: true }),
    fc.uniqueArray(fc.constantFrom('p', 'q', 'r', 's')),
  ),
  { noNullPrototype: true },
)

describe.each([
  ['JSON', (value: unknown) => `${JSON.stringify(value, null, 2)}\n`, mergeJson, parseJson],
  ['YAML', (value: unknown) => stringify(value), mergeYaml, (source: string) => parseYaml(source) as unknown],
])('a key-wise merge of %s', (_title, print, merge, parse) => {
  const merged = (base: unknown, yours: unknown, incoming: unknown) => {
    const result = merge({ base: print(base), yours: print(yours), incoming: print(incoming) }, labels)
    return result && { ...result, value: parse(result.text) }
  }

  it('with one side unchanged is the other side', () => {
    fc.assert(
      fc.property(json, json, (base, other) => {
        const [theirs, mine] = [merged(base, base, other), merged(base, other, base)]
        if (theirs) expect(sameValue(theirs.value, other)).toBe(true)
        if (mine) expect(sameValue(mine.value, other)).toBe(true)
        expect(theirs?.clashes ?? []).toEqual([])
      }),
      RUNS,
    )
  })

  it('of equal changes is that change', () => {
    fc.assert(
      fc.property(json, json, (base, other) => {
        const both = merged(base, other, other)
        if (both) expect([sameValue(both.value, other), both.clashes]).toEqual([true, []])
      }),
      RUNS,
    )
  })

  it('takes every key that only the template changed, and keeps every key that only the user changed', () => {
    fc.assert(
      fc.property(json, json, json, (base, yours, incoming) => {
        const result = merged(base, yours, incoming)
        if (!result) return
        const value = result.value as Record<string, unknown>
        for (const key of new Set([...Object.keys(base), ...Object.keys(yours), ...Object.keys(incoming)])) {
          if (sameValue(base[key], yours[key])) expect(value[key]).toEqual(incoming[key])
          else if (sameValue(base[key], incoming[key])) expect(value[key]).toEqual(yours[key])
        }
      }),
      RUNS,
    )
  })
})

describe('a whole tree', () => {
  it('merges as git merge-tree does where both call it clean', async () => {
    const big = (name: string): string => Array.from({ length: 12 }, (_, i) => `${name} ${i}\n`).join('')
    const base = { 'a.txt': big('a'), 'b.txt': big('b'), 'c.txt': big('c'), 'd.txt': big('d') }
    const mine = {
      'a.txt': big('a').replace('a 1\n', 'mine\n'),
      'moved/b.txt': big('b'),
      'c.txt': big('c'),
      'own.txt': 'own\n',
    }
    const theirs = {
      'a.txt': big('a').replace('a 9\n', 'theirs\n'),
      'b.txt': big('b').replace('b 5\n', 'theirs\n'),
      'd.txt': big('d'),
      'new.txt': 'new\n',
    }
    const specs = (files: Record<string, string>) =>
      Object.entries(files).map(([name, content]) => ({ path: name, content }))

    const disk = await createWorld(planOf('1.0.0', specs(base)))
    for (const name of Object.keys(base)) disk.nodes.delete(`/home/project/${name}`)
    for (const [name, content] of Object.entries(mine)) edit(disk, name, content)
    await move(disk, planOf('2.0.0', specs(theirs)))
    expect(userFiles(disk)).toEqual(gitMergeTree(base, mine, theirs))
  })
})

function gitMergeTree(
  base: Record<string, string>,
  mine: Record<string, string>,
  theirs: Record<string, string>,
): Record<string, string> {
  const cwd = path.join(folder, 'repository')
  mkdirSync(cwd)
  const git = (...args: string[]): string =>
    execFileSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'core.hooksPath=/dev/null', ...args],
      { cwd, encoding: 'utf8' },
    )
  const commit = (name: string, files: Record<string, string>): void => {
    git('checkout', '--quiet', '-B', name)
    git('rm', '-r', '--quiet', '--ignore-unmatch', '.')
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true })
      writeFileSync(path.join(cwd, file), content)
    }
    git('add', '--all')
    git('commit', '--quiet', '--message', name)
  }
  git('init', '--quiet')
  commit('base', base)
  commit('mine', mine)
  git('checkout', '--quiet', 'base')
  commit('theirs', theirs)
  const tree = git('merge-tree', '--write-tree', 'mine', 'theirs').trim()
  const names = git('ls-tree', '-r', '--name-only', tree).trim().split('\n')
  return Object.fromEntries(names.map((name) => [name, git('show', `${tree}:${name}`)]))
}
