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
  yes: { kind: 'switch', about: 'Ask nothing.', short: 'y' },
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
  upgrade: {
    about: 'Move the project to another version, keeping your changes.',
    words: '',
    count: [0, 0],
    flags: {
      ...transitionFlags,
      to: { kind: 'value', about: 'Version, range or tag to move to; the newest by default.', placeholder: 'VERSION' },
      'handed-over': { kind: 'switch', about: 'Another version has started this one.', hidden: true },
    },
    bins: bolt,
    load: async () => (await import('./upgrade.ts')).upgrade,
  },
  set: {
    about: 'Give other answers, keeping your changes.',
    words: 'KEY=VALUE…',
    count: [1, 100],
    flags: transitionFlags,
    bins: bolt,
    load: async () => (await import('./set.ts')).set,
  },
  status: {
    about: 'Show the version, what you changed, and what is open.',
    words: '',
    count: [0, 0],
    flags: {},
    bins: bolt,
    load: async () => (await import('./status.ts')).status,
  },
  diff: {
    about: 'Show your changes to the files that were written for you.',
    words: '[path…]',
    count: [0, 1000],
    flags: {},
    bins: bolt,
    load: async () => (await import('./diff.ts')).diff,
  },
  check: {
    about: 'For CI: fail when conflicts are open or the project is behind its generator.',
    words: '',
    count: [0, 0],
    flags: {},
    bins: bolt,
    load: async () => (await import('./check.ts')).check,
  },
  resolve: {
    about: 'Settle conflicts for one side, or record those you settled by hand.',
    words: '[path…]',
    count: [0, 1000],
    flags: {
      mine: { kind: 'switch', about: 'Keep your side.' },
      theirs: { kind: 'switch', about: 'Take the incoming side.' },
    },
    bins: bolt,
    load: async () => (await import('./resolve.ts')).resolve,
  },
  restore: {
    about: 'Bring back files as they were rendered last.',
    words: 'path…',
    count: [1, 1000],
    flags: {},
    bins: bolt,
    load: async () => (await import('./restore.ts')).restore,
  },
  undo: {
    about: 'Take back the last change, byte for byte.',
    words: '',
    count: [0, 0],
    flags: dryRun,
    bins: bolt,
    load: async () => (await import('./undo.ts')).undo,
  },
  generate: {
    about: 'Write a resource: table, migration, schemas, routes, service, tests.',
    words: 'resource NAME FIELD:TYPE…',
    count: [2, 100],
    flags: dryRun,
    bins: bolt,
    load: async () => (await import('./generate.ts')).generate,
  },
  destroy: {
    about: 'Take a generated resource away again.',
    words: 'resource NAME',
    count: [2, 2],
    flags: { ...dryRun, force: { kind: 'switch', about: 'Even if its files were edited.' } },
    bins: bolt,
    load: async () => (await import('./destroy.ts')).destroy,
  },
} as const satisfies Record<string, CommandSpec>
