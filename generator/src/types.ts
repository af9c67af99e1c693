/** The values that pass between the generator's parts: Answers → Plan → disk, and what a command returns. */
import type { Readable } from 'node:stream'
import type { ErrorCode, ExitCode } from './errors.ts'
import type { Answers } from './options.ts'
import type { Ui } from './ui.ts'

export type { Layer, LoadedLayer } from './layer.ts'
export type { Answers } from './options.ts'

/**
 * How a file is treated when the project moves to another version.
 * managed: three-way text merge · structured: merged by key · seed: ours while untouched · append-only: migrations ·
 * derived: re-made by its tool · opaque: binary · owned: a thin file of ours.
 */
export const fileClasses = ['managed', 'structured', 'seed', 'append-only', 'derived', 'opaque', 'owned'] as const
export type FileClass = (typeof fileClasses)[number]

export type FileMode = '100644' | '100755'

export interface PlannedFile {
  /** Template id, stable over renames: `<layer>:<first path it ever had>`, or `model:<path>` for a file built from all layers. */
  readonly id: string
  /** Relative to the project, with forward slashes. */
  readonly path: string
  readonly mode: FileMode
  readonly class: FileClass
  readonly content: Uint8Array
}

/** Work after the files are written. None of it can fail the generation. */
export type Task =
  /** Writes `.env` with fresh secrets unless one exists. Local and git-ignored: secrets never enter plan, answers or state. */
  | {
      readonly kind: 'env-file'
      readonly path: '.env'
      readonly example: '.env.example'
      readonly secrets: readonly string[]
    }
  | { readonly kind: 'install'; readonly packageManager: Answers['packageManager'] }
  /** `git init` and a first commit, unless the folder is inside a work tree. */
  | { readonly kind: 'git' }

/** Everything a project consists of, decided before anything is written. */
export interface Plan {
  /** Generator version. */
  readonly version: string
  readonly answers: Answers
  /** Sorted by path (by code unit). */
  readonly files: readonly PlannedFile[]
  readonly tasks: readonly Task[]
  /** Commands and remarks to print at the end, in order. */
  readonly next: readonly string[]
}

export type ActionKind =
  | 'add'
  | 'write'
  | 'merge'
  | 'delete'
  | 'rename'
  | 'keep'
  | 'adopt'
  | 'release'
  | 'conflict'
  | 'forget'
  | 'none'

export interface Action {
  readonly path: string
  readonly id: string
  readonly action: ActionKind
  /** One clause: why this and not another. */
  readonly reason: string
}

export interface Conflict {
  readonly path: string
  /** Text of the three sides; null where the side has no file. */
  readonly base: string | null
  readonly yours: string | null
  readonly incoming: string | null
  readonly why: string
}

export interface TaskResult {
  readonly task: Task['kind'] | 'migration'
  readonly status: 'done' | 'skipped' | 'failed'
  readonly detail: string
  /** How to do it by hand, when it failed or was skipped. */
  readonly retry?: string
}

/** Shape of `--json`: exactly one such object on stdout (without `exit`, which becomes the exit code). */
export interface CommandResult {
  readonly ok: boolean
  readonly command: string
  /** Version the project had before, null when there was none. */
  readonly from: string | null
  readonly to: string | null
  readonly actions: readonly Action[]
  readonly conflicts: readonly Conflict[]
  readonly tasks: readonly TaskResult[]
  readonly next: readonly string[]
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly why?: string; readonly hint?: string }
  readonly exit: ExitCode
}

/** Everything a command may touch of its surroundings; tests pass their own. */
export interface Io {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable
  /** Only `--json` and text asked for (help, schema, diff) go here; all else goes through `ui`. */
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** Whether questions may be asked. */
  readonly interactive: boolean
  /** Ended by Ctrl-C. */
  readonly signal: AbortSignal
  readonly ui: Ui
  /** Which bin was called. */
  readonly bin: 'create-bolt-app' | 'bolt'
}

/** Words and checked flags of one command line. */
export interface CommandArgs {
  readonly command: string
  readonly words: readonly string[]
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
}

/** One command; undefined when its output on stdout was the result (help, schema). A failure with a known reason is thrown as BoltError; the dispatcher prints it and sets the exit code. */
export type Command = (args: CommandArgs, io: Io) => Promise<CommandResult | undefined>
