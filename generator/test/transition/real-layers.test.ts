/** Our own templates: every option can be changed and changed back. */
import { describe, expect, it } from 'vitest'
import { loadLayers } from '../../src/layers.ts'
import { planProject } from '../../src/plan.ts'
import type { Answers, Plan } from '../../src/types.ts'
import { combinations } from '../support/combinations.ts'
import type { MemoryDisk } from '../support/memory-disk.ts'
import { actionsByPath, createWorld, edit, move, ROOT, userFiles } from '../support/world.ts'

const layers = await loadLayers()
const planFor = (answers: Answers): Plan => planProject(answers, layers, '1.0.0')
const start = combinations()[0]?.answers as Answers

/** Files of a render but for migrations, which stay. */
function rendered(plan: Plan): Record<string, string> {
  return Object.fromEntries(
    plan.files
      .filter((file) => file.class !== 'append-only')
      .map(({ path, mode, content }) => [
        path,
        `${mode === '100755' ? '*' : ''}${Buffer.from(content).toString('latin1')}`,
      ]),
  )
}

function withoutMigrations(disk: MemoryDisk, ...plans: Plan[]): Record<string, string> {
  const migrations = new Set(
    plans.flatMap((plan) => plan.files.flatMap((file) => (file.class === 'append-only' ? [file.path] : []))),
  )
  return Object.fromEntries(Object.entries(userFiles(disk)).filter(([path]) => !migrations.has(path)))
}

const single = combinations().filter(({ title }) => !title.includes(' '))

describe('an unedited project', () => {
  it.each(process.env.BOLT_TEST_ALL === '1' ? combinations() : single)(
    'becomes what is rendered for $title, and goes back',
    async ({ answers }) => {
      const [from, to] = [planFor(start), planFor(answers)]
      const disk = await createWorld(from)
      const there = await move(disk, to)
      expect(there.transition.pending).toEqual([])
      expect(withoutMigrations(disk, from, to)).toEqual(rendered(to))
      const back = await move(disk, from)
      expect(back.transition.pending).toEqual([])
      expect(withoutMigrations(disk, from, to)).toEqual(rendered(from))
    },
  )
})

describe('an edited project', () => {
  it.each(single)('keeps a line at the top of every file for $title, and goes back', async ({ answers }) => {
    const [from, to] = [planFor(start), planFor(answers)]
    const disk = await createWorld(from)
    const mine: string[] = []
    for (const { path, mode, content } of from.files) {
      if (!/\.(?:ts|md|yml|yaml)$/.test(path)) continue
      const line = path.endsWith('.ts') ? '// mine' : path.endsWith('.md') ? 'Mine.' : '# mine'
      edit(disk, path, `${line}\n${Buffer.from(content).toString()}`, mode === '100755' ? 0o755 : 0o644)
      mine.push(path)
    }
    const there = await move(disk, to)
    const after = userFiles(disk)
    for (const path of mine)
      expect(after[path], `${path}: ${actionsByPath(there)[path]}`).toMatch(/^\*?(?:\/\/ mine|Mine\.|# mine)\n/)
    if (there.transition.pending.length > 0) return
    const back = await move(disk, from)
    for (const path of mine) expect(userFiles(disk)[path]).toMatch(/^\*?(?:\/\/ mine|Mine\.|# mine)\n/)
    expect(
      Object.keys(disk.files(ROOT))
        .filter((path) => path.startsWith('.bolt/incoming/'))
        .sort(),
    ).toEqual(back.transition.pending.map(({ path }) => `.bolt/incoming/${path}`).sort())
  })
})
