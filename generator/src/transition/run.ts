/** Carries out one transition on a project: lock, read, decide, apply, report. Every command that changes a project ends here. */
import { withLock } from '../apply/lock.ts'
import { applyChanges } from '../apply/transaction.ts'
import type { OptionTable } from '../option.ts'
import { options } from '../options.ts'
import { sha256 } from '../state/hash.ts'
import { formatManifest } from '../state/manifest.ts'
import type { ProjectFile } from '../state/project-file.ts'
import { readState, type State } from '../state/state.ts'
import type { Io, Plan } from '../types.ts'
import { fileChanges, stateChanges } from './changes.ts'
import { markUnmerged, refuseDirty } from './git.ts'
import { sameValue } from './merge-value.ts'
import { missingFiles } from './pairs.ts'
import { openConflicts, refuseOpen } from './pending.ts'
import type { Project } from './project.ts'
import { planTransition, type TransitionPlan } from './transition.ts'
import { listFiles, readPaths, type UserTree } from './user-tree.ts'

export interface RunOptions {
  readonly command: string
  /** The new render. */
  readonly plan: Plan
  readonly dryRun: boolean
  readonly allowDirty: boolean
  readonly conflicts: 'markers' | 'side'
}

export interface Outcome {
  readonly from: string
  readonly transition: TransitionPlan
  readonly tree: UserTree
  /** Whether anything was, or in a dry run would be, written. */
  readonly changed: boolean
}

/** Moves the project to the plan. A dry run takes the same way up to the first write. */
export async function runTransition(
  project: Project,
  options: RunOptions,
  io: Pick<Io, 'env' | 'signal'>,
): Promise<Outcome> {
  const { root, disk } = project
  if (options.dryRun) return (await prepare(project, options, io)).outcome
  return withLock(disk, root, async () => {
    const { outcome, changes } = await prepare(project, options, io)
    if (changes.length === 0) return outcome
    await applyChanges(root, changes, { command: options.command, disk, signal: io.signal })
    await markUnmerged(root, io, unmergedFiles(outcome.transition))
    return outcome
  })
}

async function prepare(project: Project, options: RunOptions, io: Pick<Io, 'env' | 'signal'>) {
  const { root, disk } = project
  const state = await readState(disk, root)
  refuseOpen(await openConflicts(disk, root, state.project.pending))
  if (!options.allowDirty) await refuseDirty(root, io)
  const { plan } = options
  const tree = await readTree(project, state, plan)
  const transition = planTransition({
    base: state.files,
    next: plan.files,
    tree,
    conflicts: options.conflicts,
    keepsMigrations: !restartsMigrations(state.project.answers, { ...plan.answers }),
    labels: { base: state.project.version, incoming: plan.version },
  })
  const files = await fileChanges(disk, root, transition.decisions, tree)
  const next = {
    project: projectAfter(state, transition, options, files.length > 0),
    entries: transition.entries,
    bases: new Map(plan.files.map((file) => [sha256(file.content), file.content])),
  }
  const changes = [...files, ...(await stateChanges(disk, root, state, next))]
  return { outcome: { from: state.project.version, transition, tree, changed: changes.length > 0 }, changes }
}

/** Every path that matters; the user's other files too, because a moved file may be among them and their imports count. */
async function readTree({ root, disk }: Project, state: State, plan: Plan): Promise<UserTree> {
  const known = new Set([...state.files.map((file) => file.path), ...plan.files.map((file) => file.path)])
  const tree = await readPaths(disk, root, known)
  const names = new Set(plan.files.map((file) => file.id))
  const isNeeded =
    missingFiles(state.files, tree).length > 0 ||
    state.files.some((file) => !names.has(file.id)) ||
    dropsPackages(state, plan)
  if (!isNeeded) return tree
  const others = (await listFiles(disk, root)).filter((path) => !known.has(path))
  return new Map([...tree, ...(await readPaths(disk, root, others))])
}

/** Whether an answer changes after which no earlier migration can be of use: SQL of one database means nothing to another. */
function restartsMigrations(before: ProjectFile['answers'], after: ProjectFile['answers']): boolean {
  const table: OptionTable = options
  return Object.keys(table).some((id) => table[id]?.restartsMigrations === true && before[id] !== after[id])
}

/** Whether the new package.json differs: only then does it matter what the user's code imports. */
function dropsPackages(state: State, plan: Plan): boolean {
  const next = plan.files.find((file) => file.path === 'package.json')
  const base = state.files.find((file) => file.path === 'package.json')
  return next !== undefined && base?.sha256 !== sha256(next.content)
}

/** The new project file; its history grows only when something changes. */
function projectAfter(
  state: State,
  transition: TransitionPlan,
  { plan, command }: RunOptions,
  written: boolean,
): ProjectFile {
  const before = state.project
  const answers: Readonly<Record<string, unknown>> = { ...plan.answers }
  const after = { ...before, version: plan.version, answers, pending: transition.pending }
  const isSame =
    !written &&
    before.version === plan.version &&
    sameValue(before.answers, answers) &&
    sameValue(before.pending, transition.pending) &&
    formatManifest(state.files) === formatManifest(transition.entries)
  if (isSame) return before
  return { ...after, history: [...before.history, { command, from: before.version, to: plan.version }] }
}

function unmergedFiles({ decisions }: TransitionPlan) {
  return decisions.flatMap(({ pair, conflict, path }) => {
    if (conflict?.kind !== 'markers' || pair.yours?.kind !== 'file' || !pair.base?.content || !pair.next) return []
    return [
      { path, mode: pair.yours.mode, base: pair.base.content, yours: pair.yours.content, incoming: pair.next.content },
    ]
  })
}
