/** Every command: its words, its flags, and where its code is. Code is loaded only when the command runs. */
import { type FlagTable, optionFlags } from '../flags.ts'
import type { Command, Io } from '../types.ts'

export interface CommandSpec {
  readonly about: string
  /** Words it takes, as help shows them: `[folder]`, `KEY=VALUE…`. */
  readonly words: string
  /** Smallest and largest number of words. */
  readonly count: readonly [number, number]
  readonly flags: FlagTable
  /** Bins that know it by name. */
  readonly bins: readonly Io['bin'][]
  readonly load: () => Promise<Command>
}

const answerSources: FlagTable = {
  blueprint: { kind: 'value', about: 'Start from a blueprint.', placeholder: 'NAME', short: 'b' },
  answers: { kind: 'value', about: 'Take answers from a JSON file, or from stdin with -.', placeholder: 'FILE|-' },
  remember: { kind: 'switch', about: 'Keep author, licence and package manager as your defaults.' },
}
const dryRun: FlagTable = { 'dry-run': { kind: 'switch', about: 'Print what would be done and stop.' } }
const install: FlagTable = {
  install: { kind: 'switch', about: 'Install the packages. On by default.', negatable: true },
}
const transitionFlags: FlagTable = {
  ...dryRun,
  ...install,
  'allow-dirty': { kind: 'switch', about: 'Go on although git has uncommitted changes in the project.' },
  conflict: {
    kind: 'value',
    about: 'markers (default): write conflict markers; side: only files under .bolt/incoming/.',
    placeholder: 'markers|side',
  },
}

const bolt: readonly Io['bin'][] = ['bolt']
const both: readonly Io['bin'][] = ['create-bolt-app', 'bolt']

export const commandTable = {
  create: {
    about: 'Make a new project.',
    words: '[folder]',
    count: [0, 1],
    flags: {
      ...optionFlags(),
      ...answerSources,
      yes: { kind: 'switch', about: 'Ask nothing: defaults for what is not given.', short: 'y' },
      ...dryRun,
      ...install,
    },
    bins: both,
    load: async () => (await import('./create.ts')).create,
  },
  schema: {
    about: 'Print the JSON schema of an answers file.',
    words: '',
    count: [0, 0],
    flags: {},
    bins: both,
    load: async () => (await import('./schema.ts')).schema,
  },
} as const satisfies Record<string, CommandSpec>
