/** Which questions are open, in order: pure, so that going back and forth needs no terminal to be tested. */
import { fillDefaults } from '../answers.ts'
import type { DefaultsContext, OptionTable, PartialAnswers } from '../option.ts'
import { options } from '../options.ts'

/** Id of the question for a blueprint; it is no option, it presets several. */
export const BLUEPRINT = '$blueprint'

export interface AskState {
  /** From flags, files and remembered defaults: not asked. */
  readonly given: PartialAnswers
  /** From the blueprint chosen: not asked. */
  readonly preset: PartialAnswers
  /** Answered here, kept when going back so that they are offered again. */
  readonly asked: PartialAnswers
  /** Changed on the review screen; stronger than all others. */
  readonly edited: PartialAnswers
  /** Whether the blueprint is a question. */
  readonly askBlueprint: boolean
  readonly context: DefaultsContext
}

/** What is known without defaults. */
export function knownAnswers({ given, preset, asked, edited }: AskState): PartialAnswers {
  return { ...asked, ...preset, ...given, ...edited }
}

/** Every answer, defaults where nothing is known, null where an option does not apply. */
export function allAnswers(state: AskState, table: OptionTable = options): PartialAnswers {
  return fillDefaults(knownAnswers(state), state.context, table)
}

/** Ids of the questions to ask from first to last, as far as the answers so far decide it. */
export function openQuestions(state: AskState, table: OptionTable = options): string[] {
  const answers = allAnswers(state, table)
  const fixed = { ...state.preset, ...state.given, ...state.edited }
  const ids = Object.keys(table).filter((id) => answers[id] !== null && fixed[id] === undefined)
  return state.askBlueprint ? [BLUEPRINT, ...ids] : ids
}

/** What is offered first: the answer given before going back, else the default. */
export function offered(id: string, state: AskState, table: OptionTable = options): PartialAnswers[string] {
  return state.edited[id] ?? state.asked[id] ?? allAnswers(state, table)[id]
}

/** An answer in words. */
export function shownAnswer(value: PartialAnswers[string]): string {
  if (value === true) return 'yes'
  if (value === false) return 'no'
  if (value === null || value === undefined) return '–'
  const text = typeof value === 'string' ? value : value.join(', ')
  return text === '' ? '(empty)' : text
}
