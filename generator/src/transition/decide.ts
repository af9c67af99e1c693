/** The decision table: what becomes of one file, from what we wrote last (base), what lies there (yours) and what the new render says (next). */

import type { FileStatus, ManifestEntry } from '../state/manifest.ts'
import { entryOf } from '../state/state-files.ts'
import type { ActionKind, FileMode, PlannedFile } from '../types.ts'
import { appendJournal } from './append-journal.ts'
import { type MergeContext, type MergeResult, mergeFile } from './merge-file.ts'
import { isUnedited, type Pair } from './pairs.ts'
import { readText, sameText, writeText } from './text.ts'
import type { UserFile } from './user-tree.ts'

/** Reason of the everyday case, which summaries only count. */
export const ONLY_YOURS = 'changed by you, not in the template'

/** What is to be done about one file. */
export interface Decision {
  readonly pair: Pair
  /** Where the file lies afterwards. */
  readonly path: string
  readonly action: ActionKind
  readonly reason: string
  /** New content of `path`; absent leaves it alone. */
  readonly write?: { readonly content: Uint8Array; readonly mode: FileMode }
  /** Path that is taken away. */
  readonly remove?: string
  /** Goes to `.bolt/incoming/`. */
  readonly incoming?: { readonly path: string; readonly content: Uint8Array }
  readonly conflict?: { readonly kind: 'markers' | 'incoming'; readonly path: string; readonly why: string }
  /** Its line in the new manifest; absent forgets the file. */
  readonly entry?: ManifestEntry
}

export interface DecideContext extends MergeContext {
  /** `side` leaves conflicting files alone and only puts the new ones aside. */
  readonly conflicts: 'markers' | 'side'
  /** Whether migrations that were shipped before stay for ever, as they do unless the database itself is another one. */
  readonly keepsMigrations: boolean
}

/** Decides one pair. */
export function decide(pair: Pair, context: DecideContext): Decision {
  const { base, next, yours } = pair
  if (!base) return next ? decideNew(pair, next) : plain(pair, 'forget', 'nobody knows it any more')
  if (!next) return decideDropped(pair, context)
  if (!yours) return decideDeleted(pair, next)
  return decidePresent(pair, next, yours, context)
}

function decideNew(pair: Pair, next: PlannedFile): Decision {
  const { yours } = pair
  if (pair.blocked !== undefined)
    return putAside(pair, next, {
      status: 'deleted',
      why: 'the template adds it, but another file of yours lies there',
    })
  if (!yours) return { ...plain(pair, 'add', 'new in the template'), write: written(next), entry: entryOf(next) }
  if (yours.kind === 'file' && sameText(yours.content, next.content))
    return { ...plain(pair, 'adopt', 'you already have it'), entry: entryOf(next) }
  const what = yours.kind === 'other' ? yours.what : 'you have a file of your own there'
  return putAside(pair, next, { status: 'current', why: `the template adds it, but ${what}` })
}

function decideDropped(pair: Pair, context: DecideContext): Decision {
  const { base, yours, at } = pair
  if (!base || !yours) return plain(pair, 'forget', 'gone on both sides')
  if (base.class === 'append-only' && context.keepsMigrations)
    return plain(pair, 'release', 'migrations stay; it is yours now')
  if (!isUnedited(base, yours))
    return plain(pair, 'release', 'the template dropped it, you changed it: it is yours now')
  return { ...plain(pair, 'delete', 'the template dropped it'), remove: at }
}

function decideDeleted(pair: Pair, next: PlannedFile): Decision {
  const entry = entryOf(next, 'deleted', pair.goal)
  if (pair.base?.sha256 === entry.sha256) return { ...plain(pair, 'none', 'you deleted it, it stays away'), entry }
  return { ...plain(pair, 'keep', 'you deleted it, it stays away, though the template changed it'), entry }
}

function decidePresent(pair: Pair, next: PlannedFile, yours: UserFile, context: DecideContext): Decision {
  const { base } = pair
  if (!base) throw new Error('decidePresent needs a base')
  const entry = entryOf(next, statusOf(pair), pair.goal)
  const unchanged = base.sha256 === entry.sha256
  if (yours.kind !== 'file') {
    if (unchanged) return { ...plain(pair, 'keep', yours.what), entry }
    return putAside(pair, next, { status: statusOf(pair), why: `the template changed it, but ${yours.what}` })
  }
  if (pair.blocked !== undefined) {
    const why = `the template moves it to "${pair.blocked}", where a file of yours lies`
    return putAside(pair, next, { status: 'moved', why })
  }
  const mode = base.mode === yours.mode ? next.mode : yours.mode
  return settlePlace(pair, { ...decideContent(pair, next, yours, mode, context), entry }, yours)
}

/** The part of the table where all three sides exist. */
function decideContent(
  pair: Pair,
  next: PlannedFile,
  yours: Extract<UserFile, { kind: 'file' }>,
  mode: FileMode,
  context: DecideContext,
): Decision {
  const { base } = pair
  if (!base) throw new Error('decideContent needs a base')
  const sameUpstream = base.content ? sameText(base.content, next.content) : base.sha256 === entryOf(next).sha256
  const modeOnly = mode === yours.mode ? {} : { write: { content: yours.content, mode } }
  const kept = (action: ActionKind, reason: string): Decision => ({
    ...plain(pair, 'write' in modeOnly ? 'write' : action, reason),
    ...modeOnly,
  })
  const isHistory = next.class === 'append-only' && context.keepsMigrations
  if (isUnedited(base, yours)) {
    if (sameUpstream) return kept('none', 'unchanged')
    if (isHistory) return decideHistory(pair, next, yours, mode, kept)
    return {
      ...plain(pair, 'write', 'changed in the template, not by you'),
      write: { content: inFormOf(yours, next), mode },
    }
  }
  if (sameText(yours.content, next.content)) return kept('adopt', 'you already have the new content')
  if (sameUpstream) return kept('keep', ONLY_YOURS)
  if (next.class === 'seed') return kept('keep', 'yours since you edited it; the template changed its example too')
  if (isHistory) return decideHistory(pair, next, yours, mode, kept)
  if (next.class === 'derived') return kept('keep', 'made again by its tool, never merged')
  if (!base.content)
    return putAside(pair, next, { status: statusOf(pair), why: 'what we once wrote is no longer known' })
  const input = { path: pair.goal, class: next.class, base: base.content, yours: yours.content, incoming: next.content }
  return decideMerge(pair, next, mergeFile(input, context), mode, context)
}

/** What a database may have run is never changed; only the journal grows. */
function decideHistory(
  pair: Pair,
  next: PlannedFile,
  yours: Extract<UserFile, { kind: 'file' }>,
  mode: FileMode,
  kept: (action: ActionKind, reason: string) => Decision,
): Decision {
  const grown = appendJournal(yours.content, next.content)
  if (grown && grown !== yours.content)
    return { ...plain(pair, 'merge', 'new migrations are entered after yours'), write: { content: grown, mode } }
  return kept('keep', 'a migration that may have run is never changed')
}

function decideMerge(
  pair: Pair,
  next: PlannedFile,
  merged: MergeResult,
  mode: FileMode,
  context: DecideContext,
): Decision {
  const notes = merged.notes.length === 0 ? '' : `: ${merged.notes.join('; ')}`
  if (merged.kind === 'clean')
    return {
      ...plain(pair, 'merge', `your changes and the template's${notes}`),
      write: { content: merged.content, mode },
    }
  const why = merged.why + notes
  if (merged.kind === 'markers' && context.conflicts === 'markers') {
    const conflict = { kind: 'markers', path: pair.goal, why } as const
    return { ...plain(pair, 'conflict', why), write: { content: merged.content, mode }, conflict }
  }
  const aside = putAside(pair, next, { status: statusOf(pair), why })
  return merged.kind === 'aside' ? { ...aside, write: { content: merged.content, mode } } : aside
}

/** Carries out a rename by the template: what is not rewritten moves as it is. */
function settlePlace(pair: Pair, decision: Decision, yours: Extract<UserFile, { kind: 'file' }>): Decision {
  if (pair.goal === pair.at) return dropEmptyWrite(decision, yours)
  const write = decision.write ?? { content: yours.content, mode: yours.mode }
  const renamed = decision.action === 'none' || decision.action === 'keep' || decision.action === 'write'
  const reason = `moved in the template from ${pair.at}${decision.reason === 'unchanged' ? '' : `; ${decision.reason}`}`
  return { ...decision, action: renamed ? 'rename' : decision.action, reason, write, remove: pair.at }
}

/** Writing what is there already is no change. */
function dropEmptyWrite(decision: Decision, yours: Extract<UserFile, { kind: 'file' }>): Decision {
  const { write, ...rest } = decision
  if (!write || write.mode !== yours.mode || Buffer.compare(write.content, yours.content) !== 0) return decision
  return rest.action === 'merge' ? { ...rest, action: 'keep' } : rest
}

function putAside(pair: Pair, next: PlannedFile, { status, why }: { status: FileStatus; why: string }): Decision {
  const wanted = pair.blocked ?? pair.goal
  const path = pair.base ? pair.goal : next.path
  return {
    ...plain(pair, 'conflict', why),
    incoming: { path: wanted, content: next.content },
    conflict: { kind: 'incoming', path: wanted, why },
    entry: entryOf(next, status, path),
  }
}

function plain(pair: Pair, action: ActionKind, reason: string): Decision {
  return {
    pair,
    path: pair.goal,
    action,
    reason: pair.moved && pair.base ? `${reason} (you moved it here from ${pair.base.path})` : reason,
  }
}

function statusOf({ moved, base }: Pair): FileStatus {
  if (moved) return 'moved'
  return base?.status === 'diverged' ? 'diverged' : 'current'
}

function written(next: PlannedFile): { content: Uint8Array; mode: FileMode } {
  return { content: next.content, mode: next.mode }
}

/** The new content with the line ends and byte order mark of the user's file. */
function inFormOf(yours: Extract<UserFile, { kind: 'file' }>, next: PlannedFile): Uint8Array {
  const [old, fresh] = [readText(yours.content), readText(next.content)]
  return old && fresh && (old.bom || old.eol === '\r\n') ? writeText(fresh.text, old) : next.content
}
