/** Flags as data: those of the commands, and those that follow from the option table. */
import type { Option, OptionTable } from './option.ts'
import { flagName } from './option-flags.ts'
import { options } from './options.ts'

export interface Flag {
  /** switch: present or not. value: takes one. list: takes several, by commas or repetition. */
  readonly kind: 'switch' | 'value' | 'list'
  readonly about: string
  /** What stands for the value in help. */
  readonly placeholder?: string
  readonly short?: string
  /** `--no-NAME` exists as well. */
  readonly negatable?: boolean
  /** For our own use between versions; not in help. */
  readonly hidden?: boolean
}

export type FlagTable = Readonly<Record<string, Flag>>

/** Flags that every command takes. */
export const commonFlags = {
  json: { kind: 'switch', about: 'Print one JSON object on stdout, everything else on stderr.' },
  debug: { kind: 'switch', about: 'Show the stack of an error.' },
  help: { kind: 'switch', about: 'Show this help.', short: 'h' },
  version: { kind: 'switch', about: 'Show the version.', short: 'v' },
} as const satisfies FlagTable

/** The flags of every option, by flag name. */
export function optionFlags(table: OptionTable = options): Record<string, Flag> {
  return Object.fromEntries(Object.entries(table).map(([id, option]) => [flagName(id), flagOf(option)]))
}

function flagOf(option: Option): Flag {
  const base = { about: option.help }
  switch (option.kind) {
    case 'text':
      return { ...base, kind: 'value', placeholder: 'TEXT' }
    case 'yesno':
      return { ...base, kind: 'switch', negatable: true }
    case 'one':
      return {
        ...base,
        kind: 'value',
        placeholder: choiceList(option.choices),
        negatable: option.choices.some(({ value }) => value === 'none'),
      }
    case 'many':
      return { ...base, kind: 'list', placeholder: `${choiceList(option.choices)},…`, negatable: true }
  }
}

function choiceList(choices: readonly { readonly value: string }[]): string {
  return choices.map(({ value }) => value).join('|')
}
