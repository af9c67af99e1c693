import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { completeAnswers, mergeGiven } from '../src/answers.ts'
import { answersSchema } from '../src/json-schema.ts'
import { combinations, refusedPairs } from './support/combinations.ts'

const validate = new Ajv2020({ strict: true }).compile(answersSchema())

/** Whether the generator itself takes an answers file. */
function isTaken(values: Record<string, unknown>): boolean {
  try {
    completeAnswers(mergeGiven([{ source: 'answers file', values }]), {})
    return true
  } catch {
    return false
  }
}

describe('the JSON schema of answers', () => {
  it.each(combinations().map(({ title, answers }) => [title, answers] as const))('accepts %s', (_title, answers) => {
    expect(validate(answers), JSON.stringify(validate.errors)).toBe(true)
  })

  it.each(refusedPairs().map(({ given }) => [JSON.stringify(given), given] as const))('refuses %s', (_title, given) => {
    expect(validate(given)).toBe(false)
  })

  it.each([
    {},
    { name: 'shop' },
    { name: 'My Shop' },
    { name: '@acme/shop' },
    { name: '' },
    { name: 7 },
    { database: 'oracle' },
    { docker: 'yes' },
    { docker: true },
    { colour: 'red' },
    { license: null },
    { packageManager: 'pnpm', git: false },
  ])('judges %j as the generator does', (values: Record<string, unknown>) => {
    expect(validate(values)).toBe(isTaken(values))
  })
})
