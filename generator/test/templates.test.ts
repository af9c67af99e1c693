import Handlebars from 'handlebars'
import { describe, expect, it } from 'vitest'
import { templateContext } from '../src/context.ts'
import type { LoadedLayer } from '../src/layer.ts'
import { loadLayers } from '../src/layers.ts'
import { matches, type OptionTable } from '../src/option.ts'
import { options } from '../src/options.ts'
import { parseTemplate } from '../src/render.ts'
import { answersWith } from './support/answers.ts'
import { combinations } from './support/combinations.ts'

const layers = await loadLayers()
const decoder = new TextDecoder()
const table: OptionTable = options
const HELPERS = new Set(['if', 'unless', 'eq', 'slot'])

const templates = layers.flatMap((loaded) => [
  ...loaded.files
    .filter(({ template }) => template)
    .map(({ source, content }) => [source, decoder.decode(content), loaded] as const),
  ...Object.entries(loaded.texts)
    .filter(([name]) => name.endsWith('.hbs'))
    .map(([name, text]) => [`templates/${loaded.layer.id}/${name}`, text, loaded] as const),
])

describe.each(templates)('%s', (_source, text, loaded) => {
  const { names, deepest } = walk(text)

  it('names only what exists', () => {
    const context = templateContext(answersWith(), '1.2.3') as Record<string, unknown>
    for (const name of names) {
      const [first = '', second] = name.split('.')
      expect(Object.keys(context), name).toContain(first)
      if (second !== undefined) expect(Object.keys(context[first] as object), name).toContain(second)
    }
  })

  it('names only options of its own layer and those about the project', () => {
    for (const name of names) {
      const option = table[name]
      if (option && option.section !== 'Project') expect(Object.keys(loaded.layer.when ?? {}), name).toContain(name)
    }
  })

  it('has at most one level of conditions', () => {
    expect(deepest).toBeLessThanOrEqual(1)
  })
})

describe('layers', () => {
  it('store no name that npm would leave out of a package', () => {
    const stored = layers.flatMap(({ files }) => files.map(({ source }) => source))
    expect(
      stored.filter((source) =>
        source.split('/').some((segment) => segment.startsWith('.') || segment === 'node_modules'),
      ),
    ).toEqual([])
  })

  it('are each used by some answer', () => {
    const used = new Set(
      combinations().flatMap(({ answers }) => layers.filter(({ layer }) => matches(layer.when, answers))),
    )
    expect(layers.filter((loaded) => !used.has(loaded)).map(({ layer }) => layer.id)).toEqual([])
  })

  it('name in `after` only layers that exist', () => {
    const ids = layers.map(({ layer }) => layer.id)
    expect(layers.flatMap(({ layer }: LoadedLayer) => layer.after ?? []).filter((id) => !ids.includes(id))).toEqual([])
  })

  it('write the command that recreates the project into the README', () => {
    const texts = layers.flatMap((loaded) => Object.entries(loaded.texts))
    expect(texts.some(([, text]) => text.includes('{{recreate}}'))).toBe(true)
  })
})

/** Names a template uses, and how deep its conditions are nested. */
function walk(text: string): { names: string[]; deepest: number } {
  const names: string[] = []
  let depth = 0
  let deepest = 0
  class Names extends Handlebars.Visitor {
    override PathExpression(path: hbs.AST.PathExpression): void {
      if (!HELPERS.has(path.original)) names.push(path.original)
    }
    override BlockStatement(block: hbs.AST.BlockStatement): void {
      depth += 1
      deepest = Math.max(deepest, depth)
      super.BlockStatement(block)
      depth -= 1
    }
  }
  new Names().accept(parseTemplate(text))
  return { names, deepest }
}
