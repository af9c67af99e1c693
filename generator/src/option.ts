/** The shape of an option row, and the types that follow from a table of them. */

/** A condition over answers, as data: every named option must equal the value, or be one of the values. */
export type When = Readonly<Record<string, AnswerValue | readonly AnswerValue[]>>

/** What one answer may be: text, a chosen value, several chosen values, yes or no; null when the option was not asked. */
export type AnswerValue = string | boolean | readonly string[] | null

/** Answers while they are being collected: some options are still open. */
export type PartialAnswers = Readonly<Record<string, AnswerValue | undefined>>

export interface Choice<Value extends string = string> {
  readonly value: Value
  /** A few words after the value in prompts and help. */
  readonly hint?: string
}

interface OptionBase {
  /** The question, without a question mark unless it is one. */
  readonly ask: string
  /** One sentence for `--help` and the documentation. */
  readonly help: string
  /** Heading under which the question is asked. */
  readonly section: string
  /** Only asked, and only legal, when this holds; otherwise the answer is null. */
  readonly when?: When
  /** A change of the answer makes earlier migrations meaningless: they are replaced like other files, not kept for ever. */
  readonly restartsMigrations?: true
  /** Earlier ids of this option: saved answers under them are carried over. */
  readonly formerly?: readonly string[]
}

export interface TextOption extends OptionBase {
  readonly kind: 'text'
  readonly default: string | ((answers: PartialAnswers, context: DefaultsContext) => string)
  /** Says what is wrong with a value, or nothing when it is right. */
  readonly check?: (value: string) => string | undefined
  /** The check as a regular expression, for the JSON schema. */
  readonly pattern?: string
}

export interface OneOption<Value extends string = string> extends OptionBase {
  readonly kind: 'one'
  readonly default: Value | ((answers: PartialAnswers, context: DefaultsContext) => Value)
  readonly choices: readonly Choice<Value>[]
}

export interface ManyOption<Value extends string = string> extends OptionBase {
  readonly kind: 'many'
  readonly default: readonly Value[]
  readonly choices: readonly Choice<Value>[]
}

export interface YesNoOption extends OptionBase {
  readonly kind: 'yesno'
  readonly default: boolean
}

export type Option = TextOption | OneOption | ManyOption | YesNoOption
export type OptionTable = Readonly<Record<string, Option>>

/** What a computed default may look at besides earlier answers. Collected once, at the edge; nothing else is read. */
export interface DefaultsContext {
  /** Name of the target folder, when one was given. */
  readonly folder?: string
  /** Package manager that started us. */
  readonly packageManager?: string
  /** `name <email>` as git knows it. */
  readonly author?: string
}

type ChoiceValue<O> = O extends { choices: readonly { readonly value: infer V }[] } ? V : never
type ValueOf<O> = O extends { kind: 'text' }
  ? string
  : O extends { kind: 'one' }
    ? ChoiceValue<O>
    : O extends { kind: 'many' }
      ? readonly ChoiceValue<O>[]
      : boolean

/** The answers a table asks for; an option with `when` may be null. */
export type AnswersOf<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends { when: When } ? ValueOf<T[K]> | null : ValueOf<T[K]>
}

/** Keeps the literal types of a table while checking its shape. */
export function defineOptions<const T extends OptionTable>(table: T): T {
  return table
}

/** Whether a condition holds: one function for options, layers and rules. */
export function matches(when: When | undefined, answers: PartialAnswers): boolean {
  return Object.entries(when ?? {}).every(([id, wanted]) => {
    const actual = answers[id]
    const allowed = Array.isArray(wanted) ? wanted : [wanted]
    return Array.isArray(actual) ? actual.some((value) => allowed.includes(value)) : allowed.includes(actual)
  })
}
