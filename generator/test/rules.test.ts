import { describe, expect, it } from 'vitest'
import { completeAnswers } from '../src/answers.ts'
import { whenProblems } from '../src/layers-check.ts'
import { options } from '../src/options.ts'
import { brokenRules, rules, whyForbidden } from '../src/rules.ts'
import { thrownBy } from './support/answers.ts'

describe('the rules', () => {
  it.each(rules.map((rule) => [rule.id, rule] as const))('%s speaks of options and values that exist', (_id, rule) => {
    expect(whenProblems(rule.id, rule.when, options)).toEqual([])
  })

  it.each([
    [{ auth: 'sessions', database: 'none' }, ['auth-needs-database']],
    [{ example: 'notes', database: 'none' }, ['example-needs-database']],
    [{ example: 'notes', auth: 'none' }, ['example-needs-auth']],
    [{ auth: 'sessions', database: 'none', example: 'notes' }, ['auth-needs-database', 'example-needs-database']],
    [{ auth: 'sessions', database: 'sqlite', example: 'notes' }, []],
    [{ auth: 'sessions' }, []],
  ])('%j breaks %j', (answers, ids) => {
    expect(brokenRules(answers).map(({ id }) => id)).toEqual(ids)
  })

  it('are all reported at once, each with its fix', () => {
    const error = thrownBy(() => completeAnswers({ auth: 'sessions', database: 'none', example: 'notes' }, {}))
    expect(error).toMatchObject({ code: 'rules-broken', message: 'These answers break 2 rules.' })
    expect((error as { why: string }).why).toMatchInlineSnapshot(`
      "auth-needs-database: sign-in keeps its users and sessions in a database (--database postgres or --auth none)
      example-needs-database: the notes example keeps its notes in a database (--database postgres or --example none)"
    `)
  })

  it('say why a choice is disabled, and only where that choice is the reason', () => {
    expect(whyForbidden('auth', 'sessions', { database: 'none' })).toBe(
      'sign-in keeps its users and sessions in a database',
    )
    expect(whyForbidden('auth', 'none', { database: 'none' })).toBeUndefined()
    expect(whyForbidden('docker', true, { database: 'none', auth: 'sessions' })).toBeUndefined()
  })
})
