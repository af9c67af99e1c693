import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { answersFromFlags, checkAnswer, fillDefaults, mergeGiven } from '../src/answers.ts'
import { parseArgs } from '../src/args.ts'
import { optionFlags } from '../src/flags.ts'
import { answersSchema } from '../src/json-schema.ts'
import type { OptionTable } from '../src/option.ts'
import { thrownBy } from './support/answers.ts'

/** Kinds and conditions that a table can have, whether or not ours uses each of them today. */
const table: OptionTable = {
  title: { kind: 'text', section: 'A', ask: 'Title', help: 'x.', default: 'x', formerly: ['heading'] },
  cache: {
    kind: 'one',
    section: 'A',
    ask: 'Cache',
    help: 'x.',
    default: 'none',
    choices: [{ value: 'redis' }, { value: 'none' }],
  },
  cacheSize: {
    kind: 'one',
    section: 'A',
    ask: 'Size',
    help: 'x.',
    default: 'big',
    choices: [{ value: 'big' }, { value: 'small' }],
    when: { cache: 'redis' },
  },
  logins: {
    kind: 'many',
    section: 'A',
    ask: 'Logins',
    help: 'x.',
    default: ['github'],
    choices: [{ value: 'github' }, { value: 'google' }],
  },
  strict: { kind: 'yesno', section: 'A', ask: 'Strict?', help: 'x.', default: false },
}

const read = (...argv: string[]) =>
  mergeGiven([{ source: 'flag', values: answersFromFlags(parseArgs(argv, optionFlags(table)).flags, table) }], table)

describe('a table of options', () => {
  it.each([
    [['--logins', 'github,google'], { logins: ['github', 'google'] }],
    [['--logins', 'github', '--logins', 'google'], { logins: ['github', 'google'] }],
    [['--no-logins'], { logins: [] }],
    [['--no-cache'], { cache: 'none' }],
    [['--cache', 'redis', '--cache-size', 'small'], { cache: 'redis', cacheSize: 'small' }],
    [['--strict'], { strict: true }],
  ])('reads %j', (argv, answers) => {
    expect(read(...argv)).toEqual(answers)
  })

  it('refuses one wrong item of many', () => {
    expect(thrownBy(() => read('--logins', 'github,gitlab'))).toMatchObject({
      message: '--logins: "gitlab" is not allowed; allowed: github, google',
    })
  })

  it('sets an option that does not apply to null, whatever was given', () => {
    expect(fillDefaults({ cacheSize: 'small' }, {}, table)).toEqual({
      title: 'x',
      cache: 'none',
      cacheSize: null,
      logins: ['github'],
      strict: false,
    })
    expect(fillDefaults({ cache: 'redis', cacheSize: null }, {}, table)).toMatchObject({ cacheSize: 'big' })
  })

  it('takes null for an option with a condition, and for no other', () => {
    expect(checkAnswer('cacheSize', table.cacheSize as never, null)).toBeUndefined()
    expect(checkAnswer('cache', table.cache as never, null)).toBe('--cache: null is not allowed; allowed: redis, none')
  })

  it('carries a renamed option over', () => {
    expect(mergeGiven([{ source: 'answers file', values: { heading: 'old' } }], table)).toEqual({ title: 'old' })
  })

  it('has a schema', () => {
    const validate = new Ajv2020({ strict: true }).compile(answersSchema(table, []))
    expect(validate({ title: 'x', cache: 'none', cacheSize: null, logins: ['google'], strict: true })).toBe(true)
    expect(validate({ logins: ['gitlab'] })).toBe(false)
    expect(validate({ logins: ['google', 'google'] })).toBe(false)
  })
})
