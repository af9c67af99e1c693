/** Every way the generator can fail on purpose: one table of codes, one error class. */

/** Exit codes of both bins; the table in the design is the contract. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 6 | 130

interface ErrorRow {
  readonly exit: ExitCode
  /** What the code stands for, for the documentation. */
  readonly about: string
}

export const errorTable = {
  // Usage and answers: exit 2, nothing was started.
  'unknown-command': { exit: 2, about: 'The first word is no command of ours.' },
  'unknown-flag': { exit: 2, about: 'A flag that the command does not know; the nearest known one is named.' },
  'flag-value': { exit: 2, about: 'A flag lacks its value, or has one it cannot take.' },
  'too-many-arguments': { exit: 2, about: 'More words than the command takes, often an unquoted name with a space.' },
  'missing-argument': { exit: 2, about: 'A word the command cannot do without is missing.' },
  'illegal-argument': { exit: 2, about: 'A word of the command cannot be used as it is; every wrong one is listed.' },
  'illegal-name': { exit: 2, about: 'The project name is not a legal package name.' },
  'illegal-answer': { exit: 2, about: 'An answer is not among the values its option allows.' },
  'rules-broken': { exit: 2, about: 'Answers that are legal alone do not go together; every broken rule is listed.' },
  'answers-file': {
    exit: 2,
    about: 'The answers file cannot be read, is not JSON, or holds something else than answers.',
  },
  'unknown-blueprint': { exit: 2, about: 'No blueprint has this name.' },
  'not-a-project': { exit: 2, about: 'The folder holds no generated project (.bolt/project.json is missing).' },
  'already-a-project': { exit: 2, about: 'The folder already holds a generated project; upgrade it instead.' },
  // Surroundings: exit 1, nothing was changed.
  'target-not-empty': { exit: 1, about: 'The target folder has files in it; nothing is ever overwritten.' },
  'target-not-usable': { exit: 1, about: 'The target is a file, or cannot be written.' },
  'disk-full': { exit: 1, about: 'The disk is full; what had been written was taken away again.' },
  'write-failed': { exit: 1, about: 'A file could not be written; what had been written was taken away again.' },
  'state-invalid': { exit: 1, about: 'The state under .bolt/ is damaged or names a path outside of the project.' },
  'state-newer': { exit: 1, about: 'The project was written by a newer version than this one understands.' },
  'transition-refused': {
    exit: 1,
    about: 'The project is not in a condition to be changed: uncommitted changes, or conflicts that are still open.',
  },
  locked: { exit: 1, about: 'Another command is changing the project at this moment.' },
  'handover-failed': { exit: 1, about: 'The requested generator version could not be fetched or started.' },
  'base-unknown': { exit: 1, about: 'What we once wrote is no longer known and could not be made again.' },
  recovered: { exit: 6, about: 'An interrupted change was finished or taken back; run the command again.' },
  cancelled: {
    exit: 130,
    about:
      'Cancelled by the user. Before the files are complete nothing is left of them; after that only the set-up is missing.',
  },
  'generate-refused': {
    exit: 1,
    about:
      'Code cannot be generated or destroyed: the project lacks what it needs, or holds something of that name, or it was edited.',
  },
  // Content: defects of layers, found when they are loaded or rendered.
  'layer-invalid': {
    exit: 1,
    about: 'A layer contradicts itself or another one: two owners of a path, an unknown option, a missing version.',
  },
  'template-invalid': { exit: 1, about: 'A template names a value that does not exist, or does not parse.' },
  bug: { exit: 1, about: 'Something that should not be possible; please report it.' },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errorTable

export interface ErrorDetails {
  /** What happened, with the value got. */
  readonly message: string
  /** Why it is wrong, with what is allowed. */
  readonly why?: string | undefined
  /** What to do next. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** A failure with a known reason, shown as three lines: what, why, what to do. */
export class BoltError extends Error {
  override readonly name = 'BoltError'
  readonly code: ErrorCode
  readonly why: string | undefined
  readonly hint: string | undefined

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.why = details.why
    this.hint = details.hint
  }

  get exit(): ExitCode {
    return errorTable[this.code].exit
  }
}
