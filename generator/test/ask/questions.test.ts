import { describe, expect, it } from 'vitest'
import {
  type AskState,
  allAnswers,
  BLUEPRINT,
  knownAnswers,
  offered,
  openQuestions,
  shownAnswer,
} from '../../src/ask/questions.ts'
import type { OptionTable } from '../../src/option.ts'

const table: OptionTable = {
  name: { kind: 'text', section: 'A', ask: 'Name', help: 'x.', default: 'app' },
  database: {
    kind: 'one',
    section: 'B',
    ask: 'Database',
    help: 'x.',
    default: 'postgres',
    choices: [{ value: 'postgres' }, { value: 'none' }],
  },
  version: {
    kind: 'one',
    section: 'B',
    ask: 'Version',
    help: 'x.',
    default: '17',
    choices: [{ value: '17' }, { value: '16' }],
    when: { database: 'postgres' },
  },
  extras: {
    kind: 'many',
    section: 'C',
    ask: 'Extras',
    help: 'x.',
    default: [],
    choices: [{ value: 'a' }, { value: 'b' }],
  },
}

function stateWith(changes: Partial<AskState> = {}): AskState {
  return { given: {}, preset: {}, asked: {}, edited: {}, askBlueprint: false, context: {}, ...changes }
}

describe('open questions', () => {
  it('are all that nothing answers, in table order, the blueprint first', () => {
    expect(openQuestions(stateWith({ askBlueprint: true }), table)).toEqual([
      BLUEPRINT,
      'name',
      'database',
      'version',
      'extras',
    ])
  })

  it('leave out what a flag or a blueprint answers', () => {
    expect(openQuestions(stateWith({ given: { name: 'x' }, preset: { extras: ['a'] } }), table)).toEqual([
      'database',
      'version',
    ])
  })

  it('keep what was answered here, so that one can go back to it', () => {
    expect(openQuestions(stateWith({ asked: { name: 'x' } }), table)).toEqual(['name', 'database', 'version', 'extras'])
  })

  it('follow the answers: an option that does not apply is no question', () => {
    expect(openQuestions(stateWith({ asked: { database: 'none' } }), table)).toEqual(['name', 'database', 'extras'])
    expect(allAnswers(stateWith({ asked: { database: 'none' } }), table).version).toBeNull()
  })
})

describe('answers known', () => {
  it('prefer what was changed on the review screen, then flags, then the blueprint, then answers here', () => {
    const state = stateWith({
      asked: { name: 'asked', database: 'asked', version: 'asked', extras: ['a'] },
      preset: { name: 'preset', database: 'preset', version: 'preset' },
      given: { name: 'given', database: 'given' },
      edited: { name: 'edited' },
    })
    expect(knownAnswers(state)).toEqual({ name: 'edited', database: 'given', version: 'preset', extras: ['a'] })
  })

  it('are offered again, the default otherwise', () => {
    expect(offered('name', stateWith({ asked: { name: 'before' } }), table)).toBe('before')
    expect(offered('name', stateWith(), table)).toBe('app')
  })
})

describe('an answer in words', () => {
  it.each([
    [true, 'yes'],
    [false, 'no'],
    ['x', 'x'],
    ['', '(empty)'],
    [['a', 'b'], 'a, b'],
    [[], '(empty)'],
    [null, '–'],
  ])('%j is %s', (value, text) => {
    expect(shownAnswer(value)).toBe(text)
  })
})
