/**
 * Answers from everywhere → one complete, legal value. Priority: flag > answers file > blueprint > remembered > prompt > default; the prompt comes in
 * from outside (`ask`), so that this module knows no terminal.
 */
import type { FlagValue } from './args.ts'
import { BoltError } from './errors.ts'
import { type DefaultsContext, matches, type Option, type OptionTable, type PartialAnswers } from './option.ts'
import { flagName } from './option-flags.ts'
import { type Answers, options } from './options.ts'
import { brokenRules } from './rules.ts'

export type Source = 'flag' | 'answers file' | 'blueprint' | 'remembered'

/** Answers from one source, unchecked. */
export interface Given {
  readonly source: Source
  readonly values: Readonly<Record<string, unknown>>
}

/** The answers that flags give, by option id. */
export function answersFromFlags(
  flags: Readonly<Record<string, FlagValue | undefined>>,
  table: OptionTable = options,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([id, option]) => {
      const value = flags[flagName(id)]
      if (value === undefined) return []
      if (value === false && option.kind === 'one') return [[id, 'none']]
      if (value === false && option.kind === 'many') return [[id, []]]
      return [[id, value]]
    }),
  )
}

/** Checked answers of all sources by priority; every illegal one is reported at once. */
export function mergeGiven(given: readonly Given[], table: OptionTable = options): PartialAnswers {
  const merged: Record<string, PartialAnswers[string]> = {}
  const problems: string[] = []
  for (const { source, values } of given) {
    for (const [key, value] of Object.entries(values)) {
      const id = Object.hasOwn(table, key)
        ? key
        : Object.keys(table).find((each) => table[each]?.formerly?.includes(key))
      const option = id === undefined ? undefined : table[id]
      if (id === undefined || option === undefined) {
        problems.push(`"${key}" from the ${source} is no option; known: ${Object.keys(table).join(', ')}`)
      } else if (!Object.hasOwn(merged, id) && value !== undefined) {
        const problem = checkAnswer(id, option, value)
        if (problem) problems.push(source === 'flag' ? problem : `${problem} (from the ${source})`)
        else merged[id] = value as PartialAnswers[string]
      }
    }
  }
  if (problems.length > 0) throw illegalAnswers(problems)
  return merged
}

/** What is wrong with one value, or nothing. Used for flags, files, saved answers and prompts alike. */
export function checkAnswer(id: string, option: Option, value: unknown): string | undefined {
  const flag = `--${flagName(id)}`
  if (value === null && option.when) return undefined
  switch (option.kind) {
    case 'text': {
      if (typeof value !== 'string') return `${flag}: ${JSON.stringify(value)} is not text`
      if (/[\r\n\0]/.test(value)) return `${flag}: ${JSON.stringify(value)} has a line break in it`
      const problem = option.check?.(value)
      return problem === undefined ? undefined : `${flag}: "${value}" cannot be used: ${problem}`
    }
    case 'yesno':
      return typeof value === 'boolean' ? undefined : `${flag}: ${JSON.stringify(value)} is neither true nor false`
    case 'one':
      return option.choices.some((choice) => choice.value === value)
        ? undefined
        : notAllowed(flag, value, option.choices)
    case 'many': {
      if (!Array.isArray(value)) return `${flag}: ${JSON.stringify(value)} is not a list`
      const wrong = value.find((item) => !option.choices.some((choice) => choice.value === item))
      return wrong === undefined ? undefined : notAllowed(flag, wrong, option.choices)
    }
  }
}

/** The default of an option, given the answers before it. */
export function defaultAnswer(
  option: Option,
  answers: PartialAnswers,
  context: DefaultsContext,
): NonNullable<PartialAnswers[string]> {
  return typeof option.default === 'function' ? option.default(answers, context) : option.default
}

/** What is open filled with defaults, in table order; null where an option does not apply. */
export function fillDefaults(
  given: PartialAnswers,
  context: DefaultsContext,
  table: OptionTable = options,
): PartialAnswers {
  const answers: Record<string, PartialAnswers[string]> = {}
  for (const [id, option] of Object.entries(table)) {
    const known = { ...given, ...answers }
    answers[id] = matches(option.when, known) ? (given[id] ?? defaultAnswer(option, known, context)) : null
  }
  return answers
}

/** Complete answers: defaults for what is open; combinations that break a rule are refused. */
export function completeAnswers(given: PartialAnswers, context: DefaultsContext): Answers {
  const answers = fillDefaults(given, context)
  refuseBrokenRules(answers)
  return answers as unknown as Answers
}

/** Saved answers (from a project's state) as a complete value: checked like any other input, new options filled in. */
export function savedAnswers(values: Readonly<Record<string, unknown>>, context: DefaultsContext = {}): Answers {
  return completeAnswers(mergeGiven([{ source: 'answers file', values }]), context)
}

export function refuseBrokenRules(answers: PartialAnswers): void {
  const broken = brokenRules(answers)
  if (broken.length === 0) return
  throw new BoltError('rules-broken', {
    message: broken.length === 1 ? 'These answers do not go together.' : `These answers break ${broken.length} rules.`,
    why: broken.map(({ id, message, fix }) => `${id}: ${message} (${fix})`).join('\n'),
    hint: `Choose ${broken.map(({ fix }) => fix).join('; ')}.`,
  })
}

function illegalAnswers(problems: readonly string[]): BoltError {
  const [first = ''] = problems
  const code = problems.length === 1 && first.startsWith('--name:') ? 'illegal-name' : 'illegal-answer'
  return new BoltError(code, {
    message: problems.length === 1 ? first : `${problems.length} answers cannot be used.`,
    ...(problems.length === 1 ? {} : { why: problems.join('\n') }),
    hint: 'See --help for what each option allows.',
  })
}

function notAllowed(flag: string, value: unknown, choices: readonly { readonly value: string }[]): string {
  return `${flag}: ${JSON.stringify(value)} is not allowed; allowed: ${choices.map((choice) => choice.value).join(', ')}`
}
