/**
 * What a layer declares. A layer owns the files of its `files/` folder; everything that several layers have a say in (package.json, compose,
 * the workflow, .env.example, README, AGENTS.md, ignore files, the composition slots) is built once from these declarations. Pure data: no functions.
 */
import type { When } from './option.ts'
import type { FileClass } from './types.ts'

export interface Layer {
  /** Name of its folder. */
  readonly id: string
  /** What it brings, in one sentence. */
  readonly about: string
  /**
   * Prefix of its files' ids. Layers that stand in for each other (one database or the other) share one, so that a file both have at the same path
   * keeps its identity, and the user's edits, when one takes the other's place. @default the layer's id
   */
  readonly family?: string
  /** Answers under which it is active; always, when absent. */
  readonly when?: When
  /** Layers whose declarations come before this one's; those that are not active are ignored. Ties: alphabetical. */
  readonly after?: readonly string[]

  /** npm packages; the versions are in versions.ts. */
  readonly dependencies?: readonly string[]
  readonly devDependencies?: readonly string[]
  readonly scripts?: Readonly<Record<string, Script>>
  /** Further keys of package.json (imports, type, engines …), merged by key. */
  readonly packageJson?: Readonly<Record<string, unknown>>

  readonly env?: readonly EnvVar[]
  /** Lines of line-wise files, such as `.gitignore` and `.dockerignore`; a group becomes a block under its comment. */
  readonly lists?: Readonly<Record<string, readonly string[]>>
  /** Lines this layer puts into slots of other layers' files. */
  readonly registers?: readonly Registration[]

  /** Parts of the compose file, merged by key; written only when an active layer sets `composeFile`. */
  readonly services?: Readonly<Record<string, ComposeService>>
  readonly volumes?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>
  /** Path of the compose file; set by the one layer that wants it. */
  readonly composeFile?: string

  /** Steps of the workflow's job, in layer order; written only when an active layer sets `workflow`. */
  readonly ci?: readonly CiStep[]
  /** Further jobs of the workflow, by id. */
  readonly ciJobs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** The workflow around the steps; set by the one layer that wants it. */
  readonly workflow?: Workflow

  /** Section of the README. */
  readonly readme?: Section | readonly Section[]
  /** Section of AGENTS.md. */
  readonly agents?: Section | readonly Section[]
  /** Commands or remarks to print after creation. `{ script: 'dev' }` is written for the chosen package manager. */
  readonly next?: readonly (string | { readonly script: string; readonly about?: string })[]

  /** Class of output paths; a path ending in `/` stands for everything below it. Others are `managed`. */
  readonly classes?: Readonly<Record<string, FileClass>>
  /** Output paths that are executable. */
  readonly executables?: readonly string[]
  /** First path a file ever had, by its present path, when a release moved it: keeps its identity. */
  readonly renamed?: Readonly<Record<string, string>>
}

/**
 * A script of package.json. `run`: the command as it is. `sequence`: other scripts one after the other, written for the chosen package manager.
 * `joins`: also becomes the next part of another layer's sequence.
 */
export type Script = ({ readonly run: string } | { readonly sequence: readonly string[] }) & {
  /** What it does, for README and AGENTS.md; scripts without it are not listed. */
  readonly about?: string
  readonly joins?: string
}

export interface EnvVar {
  readonly key: string
  /** What it is for; comment in .env.example and in env.ts. */
  readonly about: string
  /** Value in .env.example; commented out there when `optional`. */
  readonly example: string
  /** TypeScript expression of its Zod schema, for the slot `settings` of env.ts. Absent: not read by the application. */
  readonly schema?: string
  /** Not needed: written as a comment. */
  readonly optional?: boolean
  /** A fresh random value is written to `.env` (never into the plan or the state). */
  readonly secret?: boolean
}

export interface Registration {
  /** Output path of the file that has the slot. */
  readonly file: string
  /** Name of the slot: `{{slots.NAME}}` in that file's template. */
  readonly slot: string
  readonly lines: readonly string[]
  /** Import statements the lines need; merged and sorted into the file's slot `imports`. */
  readonly imports?: readonly string[]
}

/** A service as the compose specification has it. */
export type ComposeService = Readonly<Record<string, unknown>>

export interface CiStep {
  readonly name: string
  /** A script of package.json, written for the chosen package manager … */
  readonly script?: string
  /** … or a command … */
  readonly run?: string
  /** … or an action. */
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  readonly if?: string
}

export interface Workflow {
  readonly path: string
  readonly name: string
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Id of the job that gets the layers' steps. */
  readonly job: string
  /** Its other keys (runs-on, timeout-minutes, strategy, services). */
  readonly settings: Readonly<Record<string, unknown>>
  /** Steps before those of the layers: check out, set up Node, install. May differ by package manager. */
  readonly setup: Readonly<Record<string, readonly CiStep[]>>
}

export interface Section {
  readonly title: string
  /** File in the layer's folder with the text; rendered when it ends in `.hbs`. */
  readonly file: string
  /** Smaller comes first. @default 50 */
  readonly order?: number
}

/** A layer with its files read: the only form the planner sees. */
export interface LoadedLayer {
  readonly layer: Layer
  /** Files to write, by output path. */
  readonly files: readonly LayerFile[]
  /** Texts that `readme` and `agents` name, by file name. */
  readonly texts: Readonly<Record<string, string>>
}

export interface LayerFile {
  /** Output path: dots restored, `.hbs` taken off. */
  readonly path: string
  /** Path in the repository or package, for error messages. */
  readonly source: string
  readonly content: Uint8Array
  /** Whether handlebars fills something in. */
  readonly template: boolean
}

/** Checks the shape of a layer where it is written. */
export function defineLayer<const L extends Layer>(layer: L): L {
  return layer
}
