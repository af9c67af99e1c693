import { completeAnswers, mergeGiven } from '../../src/answers.ts'
import type { Option, OptionTable, PartialAnswers } from '../../src/option.ts'
import { options } from '../../src/options.ts'
import { brokenRules } from '../../src/rules.ts'
import type { Answers } from '../../src/types.ts'

const table: OptionTable = options

/** Every value an option that is no text can take. */
export function valuesOf(option: Option): (string | boolean | string[])[] {
  switch (option.kind) {
    case 'text':
      return []
    case 'yesno':
      return [true, false]
    case 'one':
      return option.choices.map(({ value }) => value)
    case 'many':
      return [[], ...option.choices.map(({ value }) => [value])]
  }
}

export interface Combination {
  readonly title: string
  readonly answers: Answers
}

/** Each choice once and every pair of choices of two options, as complete answers; pairs that break a rule are left to `refusedPairs`. */
export function combinations(): Combination[] {
  const singles = choices().map((choice) => [choice])
  return [...singles, ...pairs()]
    .filter((set) => brokenRules(Object.fromEntries(set)).length === 0)
    .flatMap((set) => {
      const given = Object.fromEntries(set)
      const answers = repaired(given)
      return answers === undefined
        ? []
        : [{ title: set.map(([id, value]) => `${id}=${String(value)}`).join(' '), answers }]
    })
}

/** Pairs of choices that no answer to the other options makes legal, with the rule. */
export function refusedPairs(): { given: Record<string, unknown>; rule: string }[] {
  return pairs().flatMap((pair) => {
    const given = Object.fromEntries(pair)
    return brokenRules(given).map(({ id }) => ({ given, rule: id }))
  })
}

function choices(): [string, string | boolean | string[]][] {
  return Object.entries(table).flatMap(([id, option]) =>
    valuesOf(option).map((value) => [id, value] as [string, string | boolean | string[]]),
  )
}

function pairs(): [string, string | boolean | string[]][][] {
  return choices().flatMap((one, index) =>
    choices()
      .slice(index + 1)
      .flatMap((two) => (one[0] === two[0] ? [] : [[one, two]])),
  )
}

/** The pair completed by defaults; where a default breaks a rule, other options are taken to their "none". */
function repaired(given: Record<string, unknown>): Answers | undefined {
  const ids = ['example', 'auth', 'database'].filter((id) => given[id] === undefined)
  for (let count = 0; count <= ids.length; count++) {
    const values = { ...given, ...Object.fromEntries(ids.slice(0, count).map((id) => [id, 'none'])) }
    if (brokenRules(values as PartialAnswers).length > 0) continue
    try {
      return completeAnswers(mergeGiven([{ source: 'flag', values }]), {})
    } catch {
      // The defaults of what is still open break a rule: the next round closes one more.
    }
  }
  return undefined
}
