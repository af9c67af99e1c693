import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Layer } from '../src/layer.ts'
import { outputPath, readLayers } from '../src/layers.ts'
import { temporaryFolder } from './support/run.ts'

/** Layers with their files on disk, loaded. */
async function load(layers: readonly Partial<Layer>[], files: Readonly<Record<string, string>> = {}) {
  const root = await temporaryFolder()
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await writeFile(path.join(root, file), text)
  }
  return readLayers(
    layers.map((layer) => ({ id: 'a', about: 'x', ...layer })),
    root,
  )
}

describe('loading layers', () => {
  it.each([
    ['a.ts', 'a.ts'],
    ['a.ts.hbs', 'a.ts'],
    ['_gitignore', '.gitignore'],
    ['_github/workflows/_x.yml', '.github/workflows/.x.yml'],
    ['migrations/meta/__journal.json', 'migrations/meta/_journal.json'],
    ['a_b/c_d.ts', 'a_b/c_d.ts'],
  ])('writes %s to %s', (stored, output) => {
    expect(outputPath(stored)).toBe(output)
  })

  it('puts each after those it names, the rest by name', async () => {
    const layers = await load([{ id: 'c' }, { id: 'a', after: ['c', 'gone'] }, { id: 'b' }])
    expect(layers.map(({ layer }) => layer.id)).toEqual(['b', 'c', 'a'])
  })

  it.each<[string, Partial<Layer>[], Record<string, string>, RegExp]>([
    [
      'two owners of one path',
      [{ id: 'a' }, { id: 'b' }],
      { 'a/files/x.ts': '', 'b/files/x.ts.hbs': '' },
      /x\.ts has two owners: a and b/,
    ],
    [
      'two owners on a file system that folds case',
      [{ id: 'a' }, { id: 'b' }],
      { 'a/files/X.ts': '', 'b/files/x.ts': '' },
      /x\.ts has two owners/i,
    ],
    [
      'owners whose conditions can hold together',
      [
        { id: 'a', when: { docker: true } },
        { id: 'b', when: { ci: 'github' } },
      ],
      { 'a/files/x': '', 'b/files/x': '' },
      /two owners/,
    ],
    [
      'a file that is built from all layers',
      [{ id: 'a' }],
      { 'a/files/package.json': '{}' },
      /a writes package\.json, which is built from all layers/,
    ],
    [
      'an option that does not exist',
      [{ when: { dokcer: true } }],
      {},
      /a depends on the option dokcer, which does not exist/,
    ],
    [
      'a value that does not exist',
      [{ when: { database: 'oracle' } }],
      {},
      /a depends on database = oracle, which is no answer of it/,
    ],
    [
      'a class of a file it does not have',
      [{ classes: { 'y.ts': 'seed' } }],
      {},
      /a says something about y\.ts, which it does not own/,
    ],
    [
      'a package without a version',
      [{ dependencies: ['nothing-of-this-name'] }],
      {},
      /a needs nothing-of-this-name, which has no version/,
    ],
    [
      'a circle',
      [
        { id: 'a', after: ['b'] },
        { id: 'b', after: ['a'] },
      ],
      {},
      /A circle of `after` among: a, b/,
    ],
    ['two layers of one name', [{ id: 'a' }, { id: 'a' }], {}, /two layers are called a/],
  ])('refuses %s', async (_what, layers, files, why) => {
    await expect(load(layers, files)).rejects.toMatchObject({ code: 'layer-invalid', why: expect.stringMatching(why) })
  })

  it('refuses a section whose text is missing', async () => {
    await expect(load([{ readme: { title: 'X', file: 'x.md' } }])).rejects.toMatchObject({
      message: 'Layer a names x.md, which cannot be read.',
    })
  })

  it('allows two owners that exclude each other', async () => {
    const layers = [
      { id: 'a', when: { database: 'postgres' } },
      { id: 'b', when: { database: ['sqlite', 'none'] } },
    ]
    expect(await load(layers, { 'a/files/x.ts': '', 'b/files/x.ts': '' })).toHaveLength(2)
  })
})
