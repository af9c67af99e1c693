import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { blueprints } from '../src/create/sources.ts'
import { loadLayers, outputPath } from '../src/layers.ts'
import { planProject } from '../src/plan.ts'
import { answersWith } from './support/answers.ts'

/**
 * The whole output of each blueprint as a tree of files under test/snapshots, so that a change of a template is reviewed as what it changes for users.
 * Written by `npm run gen`. Names are stored as in templates: a leading dot as an underscore.
 */
const layers = await loadLayers()
const root = path.join(import.meta.dirname, 'snapshots')

describe.each(blueprints().map((blueprint) => [blueprint.id, blueprint] as const))(
  'blueprint %s',
  (id, { answers }) => {
    const plan = planProject(
      answersWith({ name: 'my-app', author: '', packageManager: 'npm', ...answers }),
      layers,
      '0.0.0',
    )
    const files = plan.files.map((file) => ({ ...file, stored: storedPath(file.path) }))

    it('writes the files it wrote before', async () => {
      const list = plan.files
        .map(({ path: name, id: template, mode, class: kind }) => `${mode} ${kind} ${name} (${template})\n`)
        .join('')
      await expect(list).toMatchFileSnapshot(path.join(root, `${id}.txt`))
      if (process.env.npm_lifecycle_event === 'gen')
        removeStale(path.join(root, id), new Set(files.map(({ stored }) => stored)))
      expect(existing(path.join(root, id)).filter((stored) => !files.some((file) => file.stored === stored))).toEqual(
        [],
      )
    })

    it.each(files.map(({ stored, content }) => [outputPath(stored), stored, content] as const))(
      '%s',
      async (_path, stored, content) => {
        await expect(new TextDecoder().decode(content)).toMatchFileSnapshot(path.join(root, id, stored))
      },
    )
  },
)

/** The inverse of `outputPath`. `.txt` keeps test runners, linters and compilers away from the copies. */
function storedPath(output: string): string {
  return `${output
    .split('/')
    .map((segment) => segment.replace(/^_/, '__').replace(/^\./, '_'))
    .join('/')}.txt`
}

function existing(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
}

function removeStale(folder: string, wanted: ReadonlySet<string>): void {
  for (const stored of existing(folder)) if (!wanted.has(stored)) rmSync(path.join(folder, stored))
}
