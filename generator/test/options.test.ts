import { describe, expect, it } from 'vitest'
import { checkAnswer, completeAnswers, defaultAnswer, mergeGiven } from '../src/answers.ts'
import { whenProblems } from '../src/layers-check.ts'
import { matches, type OptionTable } from '../src/option.ts'
import { flagName } from '../src/option-flags.ts'
import { options } from '../src/options.ts'
import { answersWith, thrownBy } from './support/answers.ts'

const table: OptionTable = options
const rows = Object.entries(table)

describe('the option table', () => {
  it.each(rows)('%s has a question, help and a section', (_id, option) => {
    expect(option.ask).not.toBe('')
    expect(option.help).toMatch(/\.$/)
    expect(option.section).not.toBe('')
  })

  it.each(rows)('%s has a default that it allows itself', (id, option) => {
    expect(checkAnswer(id, option, defaultAnswer(option, {}, {}))).toBeUndefined()
  })

  it.each(rows)('%s depends only on options before it', (id, option) => {
    const before = Object.fromEntries(
      rows.slice(
        0,
        rows.findIndex(([each]) => each === id),
      ),
    )
    expect(whenProblems(id, option.when, before)).toEqual([])
  })

  it('asks the options of one section in one go', () => {
    const sections = rows.map(([, { section }]) => section)
    expect(sections.filter((section, index) => section !== sections[index - 1])).toEqual([...new Set(sections)])
  })

  it('gives every option its own flag', () => {
    const flags = rows.map(([id]) => flagName(id))
    expect(new Set(flags).size).toBe(flags.length)
  })
})

describe('a value', () => {
  it.each([
    ['database', 'oracle', '--database: "oracle" is not allowed; allowed: postgres, sqlite, none'],
    ['docker', 'yes', '--docker: "yes" is neither true nor false'],
    ['name', 'My App', '--name: "My App" cannot be used: it contains a space'],
    ['name', 'MyApp', '--name: "MyApp" cannot be used: it contains capital letters'],
    ['name', '', '--name: "" cannot be used: it is empty'],
    ['name', '../x', '--name: "../x" cannot be used: it contains "/"'],
    ['name', 'con', '--name: "con" cannot be used: it is a reserved name'],
    ['description', 7, '--description: 7 is not text'],
    ['description', 'a\nb', '--description: "a\\nb" has a line break in it'],
    ['packageManager', 'npn', '--package-manager: "npn" is not allowed; allowed: npm, pnpm'],
  ])('%s = %j is refused with what is wrong', (id, value, message) => {
    expect(checkAnswer(id, table[id] as never, value)).toBe(message)
  })

  it.each([
    ['name', 'my-app'],
    ['name', '@acme/my.app_2'],
    ['author', ''],
    ['database', 'sqlite'],
    ['docker', false],
  ])('%s = %j is accepted', (id, value) => {
    expect(checkAnswer(id, table[id] as never, value)).toBeUndefined()
  })
})

describe('answers from several sources', () => {
  it('prefers flag, then answers file, then blueprint, then remembered, then the default', () => {
    const given = mergeGiven([
      { source: 'flag', values: { database: 'sqlite' } },
      { source: 'answers file', values: { database: 'none', license: 'MIT' } },
      { source: 'blueprint', values: { license: 'Apache-2.0', ci: 'none' } },
      { source: 'remembered', values: { ci: 'github', author: 'Ann' } },
    ])
    expect(completeAnswers(given, {})).toMatchObject({
      database: 'sqlite',
      license: 'MIT',
      ci: 'none',
      author: 'Ann',
      docker: true,
    })
  })

  it('reports every illegal answer at once, with its source', () => {
    const error = thrownBy(() =>
      mergeGiven([
        { source: 'flag', values: { database: 'oracle' } },
        { source: 'answers file', values: { docker: 'maybe', color: 'red' } },
      ]),
    )
    expect(error).toMatchObject({ code: 'illegal-answer', message: '3 answers cannot be used.' })
    expect((error as { why: string }).why.split('\n')).toEqual([
      '--database: "oracle" is not allowed; allowed: postgres, sqlite, none',
      '--docker: "maybe" is neither true nor false (from the answers file)',
      expect.stringMatching(/^"color" from the answers file is no option; known: name, description/),
    ])
  })

  it('lets later defaults follow earlier answers', () => {
    expect(answersWith({ database: 'none' })).toMatchObject({ auth: 'none', example: 'none' })
  })

  it('does not take keys of Object.prototype for options', () => {
    expect(
      thrownBy(() =>
        mergeGiven([{ source: 'answers file', values: JSON.parse('{"__proto__": 1, "constructor": 2}') }]),
      ),
    ).toMatchObject({
      code: 'illegal-answer',
    })
  })
})

describe('a condition', () => {
  it.each([
    [undefined, {}, true],
    [{ a: 'x' }, { a: 'x' }, true],
    [{ a: 'x' }, { a: 'y' }, false],
    [{ a: 'x' }, {}, false],
    [{ a: ['x', 'y'] }, { a: 'y' }, true],
    [{ a: true, b: 'x' }, { a: true, b: 'z' }, false],
    [{ a: 'x' }, { a: ['x', 'z'] }, true],
    [{ a: ['x', 'y'] }, { a: ['z'] }, false],
  ])('%j over %j is %s', (when, answers, expected) => {
    expect(matches(when, answers)).toBe(expected)
  })
})
