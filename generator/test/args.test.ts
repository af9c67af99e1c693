import { describe, expect, it } from 'vitest'
import { answersFromFlags } from '../src/answers.ts'
import { parseArgs } from '../src/args.ts'
import type { FlagTable } from '../src/flags.ts'
import { optionFlags } from '../src/flags.ts'
import { nearest } from '../src/nearest.ts'
import { thrownBy } from './support/answers.ts'

const table: FlagTable = {
  database: { kind: 'value', about: '', placeholder: 'postgres|sqlite', negatable: true },
  git: { kind: 'switch', about: '', negatable: true },
  yes: { kind: 'switch', about: '', short: 'y' },
  extras: { kind: 'list', about: '' },
  secret: { kind: 'switch', about: '', hidden: true },
}

describe('parseArgs', () => {
  it.each([
    [['my-app'], ['my-app'], {}],
    [['--database', 'sqlite', 'x'], ['x'], { database: 'sqlite' }],
    [['--database=sqlite'], [], { database: 'sqlite' }],
    [['--no-database'], [], { database: false }],
    [['--git'], [], { git: true }],
    [['--no-git'], [], { git: false }],
    [['--git=no'], [], { git: false }],
    [['-y'], [], { yes: true }],
    [['--extras', 'a,b', '--extras', 'c'], [], { extras: ['a', 'b', 'c'] }],
    [['--', '--git'], ['--git'], {}],
    [['--database', '-'], [], { database: '-' }],
  ])('reads %j', (argv, words, flags) => {
    expect(parseArgs(argv, table)).toEqual({ words, flags })
  })

  it.each([
    [['--databse', 'x'], 'unknown-flag', 'Unknown flag --databse.', 'Did you mean --database?'],
    [['--no-gti'], 'unknown-flag', 'Unknown flag --no-gti.', 'Did you mean --no-git?'],
    [['--no-yes'], 'unknown-flag', 'Unknown flag --no-yes.', undefined],
    [['--zzzzzz'], 'unknown-flag', 'Unknown flag --zzzzzz.', 'See --help for all of them.'],
    [['-x'], 'unknown-flag', 'Unknown flag -x.', undefined],
    [['--database'], 'flag-value', '--database needs a value.', 'Write --database postgres|sqlite.'],
    [['--database', '--git'], 'flag-value', '--database needs a value.', 'Write --database postgres|sqlite.'],
    [['--git=maybe'], 'flag-value', '--git is yes or no, got "maybe".', 'Write --git or --no-git.'],
    [['--__proto__'], 'unknown-flag', 'Unknown flag --__proto__.', undefined],
    [['--constructor'], 'unknown-flag', 'Unknown flag --constructor.', undefined],
  ])('refuses %j', (argv, code, message, hint) => {
    expect(thrownBy(() => parseArgs(argv, table))).toMatchObject({ code, message, ...(hint && { hint }) })
  })

  it('reports all wrong flags at once', () => {
    const error = thrownBy(() => parseArgs(['--databse', 'x', '--gitt'], table)) as { why: string }
    expect(error.why.split('\n')).toEqual([
      'Unknown flag --databse. Did you mean --database?',
      'Unknown flag --gitt. Did you mean --git?',
    ])
  })

  it('never suggests a hidden flag', () => {
    expect(thrownBy(() => parseArgs(['--secert'], table))).toMatchObject({ hint: 'See --help for all of them.' })
  })
})

describe('flags of the options', () => {
  it('give answers, with --no-x for an option that has a "none"', () => {
    const { flags } = parseArgs(
      ['--no-docker', '--no-auth', '--package-manager', 'pnpm', '--database=sqlite'],
      optionFlags(),
    )
    expect(answersFromFlags(flags)).toEqual({ docker: false, auth: 'none', packageManager: 'pnpm', database: 'sqlite' })
  })

  it('have no negative form where there is no "none"', () => {
    expect(thrownBy(() => parseArgs(['--no-license'], optionFlags()))).toMatchObject({ code: 'unknown-flag' })
  })
})

describe('nearest', () => {
  it.each([
    ['databse', 'database'],
    ['datbaase', 'database'],
    ['dokcer', 'docker'],
    ['package-manger', 'package-manager'],
    ['qqqqqq', undefined],
  ])('%s is %s', (word, expected) => {
    expect(nearest(word, ['database', 'docker', 'package-manager', 'git'])).toBe(expected)
  })
})
