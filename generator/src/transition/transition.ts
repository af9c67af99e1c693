/** One transition decided in memory: (base, yours, next) → every decision and the state afterwards. Reads and writes nothing. */
import { checkPlan } from '../apply/create.ts'
import type { ManifestEntry } from '../state/manifest.ts'
import type { PendingConflict } from '../state/project-file.ts'
import type { BaseFile } from '../state/state.ts'
import type { Action, Conflict, PlannedFile } from '../types.ts'
import { type DecideContext, type Decision, decide } from './decide.ts'
import { type Pair, pairFiles } from './pairs.ts'
import { readText } from './text.ts'
import { usageOf } from './usage.ts'
import type { UserTree } from './user-tree.ts'

export interface TransitionInput {
  readonly base: readonly BaseFile[]
  readonly next: readonly PlannedFile[]
  readonly tree: UserTree
  readonly conflicts: 'markers' | 'side'
  /** See `DecideContext`. */
  readonly keepsMigrations: boolean
  readonly labels: { readonly base: string; readonly incoming: string }
}

export interface TransitionPlan {
  /** Sorted by path. */
  readonly decisions: readonly Decision[]
  readonly entries: readonly ManifestEntry[]
  readonly pending: readonly PendingConflict[]
}

/** Decides every file. package.json comes last, because it depends on what the others import afterwards. */
export function planTransition(input: TransitionInput): TransitionPlan {
  checkPlan({ files: input.next })
  const pairs = pairFiles(input.base, input.next, input.tree)
  const isManifest = (pair: Pair): boolean => /(?:^|\/)package\.json$/.test(pair.goal)
  const { labels, conflicts, keepsMigrations } = input
  const context: DecideContext = { labels, conflicts, keepsMigrations, isUsed: () => false }
  const decided = pairs.filter((pair) => !isManifest(pair)).map((pair) => decide(pair, context))
  const isUsed = usageOf(treeAfter(input.tree, decided), input.base)
  const last = pairs.filter(isManifest).map((pair) => decide(pair, { ...context, isUsed }))
  const decisions = [...decided, ...last].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return {
    decisions,
    entries: decisions.flatMap(({ entry }) => entry ?? []),
    pending: decisions.flatMap(({ pair, conflict }) => (conflict ? [{ id: pair.id, ...conflict }] : [])),
  }
}

/** The tree once the decisions are carried out. */
export function treeAfter(tree: UserTree, decisions: readonly Decision[]): Map<string, Uint8Array> {
  const after = new Map<string, Uint8Array>()
  for (const [path, file] of tree) if (file.kind === 'file') after.set(path, file.content)
  for (const { remove } of decisions) if (remove !== undefined) after.delete(remove)
  for (const { path, write } of decisions) if (write) after.set(path, write.content)
  return after
}

/** The decisions as `--json` shows them; what needs no word is left out. */
export function actionsOf(plan: TransitionPlan): Action[] {
  return plan.decisions
    .filter((decision) => decision.action !== 'none')
    .map(({ path, pair, action, reason }) => ({ path, id: pair.id, action, reason }))
}

/** The conflicts with the text of all sides. */
export function conflictsOf(plan: TransitionPlan): Conflict[] {
  return plan.decisions.flatMap(({ pair, conflict }) => {
    if (!conflict) return []
    const yours = pair.yours?.kind === 'file' ? pair.yours.content : undefined
    const [base, mine, incoming] = [pair.base?.content, yours, pair.next?.content].map(shown)
    return [
      { path: conflict.path, base: base ?? null, yours: mine ?? null, incoming: incoming ?? null, why: conflict.why },
    ]
  })
}

function shown(content: Uint8Array | undefined): string | null {
  if (!content) return null
  return readText(content)?.text ?? `(binary, ${content.length} bytes)`
}
