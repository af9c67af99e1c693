import { parse as parseCode } from '@babel/parser'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { completeAnswers, mergeGiven } from '../src/answers.ts'
import { loadLayers } from '../src/layers.ts'
import { planProject } from '../src/plan.ts'
import { thrownBy } from './support/answers.ts'
import { combinations, refusedPairs } from './support/combinations.ts'

const layers = await loadLayers()
const all = combinations()

describe('every choice once and every legal pair', () => {
  it('are many', () => {
    expect(all.length).toBeGreaterThan(150)
  })

  it.each(all.map(({ title, answers }) => [title, answers] as const))('%s', (_title, answers) => {
    const { files } = planProject(answers, layers, '1.2.3')
    expect(new Set(files.map(({ path }) => path.toLowerCase())).size).toBe(files.length)
    expect(new Set(files.map(({ id }) => id)).size).toBe(files.length)
    for (const { path, content, id } of files) {
      const text = new TextDecoder().decode(content)
      expect(id, path).toMatch(/^[a-z0-9-]+:./)
      if (!/\.ya?ml$/.test(path)) expect(text, `${path} has template syntax left`).not.toMatch(/\{\{(?!\{)/)
      expect(() => parseFile(path, text), path).not.toThrow()
    }
  })
})

describe('pairs that do not go together', () => {
  it.each(refusedPairs().map(({ given, rule }) => [JSON.stringify(given), rule, given] as const))(
    '%s breaks %s',
    (_title, rule, given) => {
      const error = thrownBy(() => completeAnswers(mergeGiven([{ source: 'flag', values: given }]), {}))
      expect(error).toMatchObject({ code: 'rules-broken' })
      expect((error as { why: string }).why).toContain(`${rule}: `)
    },
  )
})

const parsed = new Set<string>()

/** Throws when the file is not what its name says. Content seen before is not parsed again. */
function parseFile(path: string, text: string): void {
  const key = `${path}\0${text}`
  if (parsed.has(key)) return
  parsed.add(key)
  if (/\.[cm]?tsx?$/.test(path)) parseCode(text, { sourceType: 'module', plugins: ['typescript'] })
  else if (/\.[cm]?jsx?$/.test(path)) parseCode(text, { sourceType: 'module' })
  else if (path.endsWith('.json')) JSON.parse(text)
  else if (/\.ya?ml$/.test(path)) {
    const [error] = parseDocument(text).errors
    if (error) throw error
  }
}
