/** What a transition says to people: what was brought, what was kept, what needs them. */
import type { Action, ActionKind, Io, TaskResult } from '../types.ts'
import { ONLY_YOURS } from './decide.ts'
import { howToSettle } from './pending.ts'
import type { TransitionPlan } from './transition.ts'
import { actionsOf } from './transition.ts'

const BROUGHT: readonly ActionKind[] = ['add', 'write', 'merge', 'rename', 'delete']
const WORDS: Readonly<Partial<Record<ActionKind, string>>> = {
  add: 'new',
  write: 'updated',
  merge: 'merged',
  rename: 'moved',
  delete: 'removed',
  keep: 'kept',
  adopt: 'same',
  release: 'yours',
  forget: 'forgotten',
  conflict: 'conflict',
}
const MOST_LINES = 40

export interface Summary {
  readonly dryRun: boolean
  /** `create-bolt-app 0.1.0 → 0.2.0`, or the answers that change. */
  readonly title: string
}

/** Prints the summary of a transition. */
export function reportTransition(plan: TransitionPlan, { dryRun, title }: Summary, { ui }: Pick<Io, 'ui'>): void {
  const actions = actionsOf(plan)
  ui.line(ui.paint('bold', dryRun ? `${title} (dry run, nothing is written)` : title))
  section(
    dryRun ? 'Would bring' : 'Brought',
    actions.filter(({ action }) => BROUGHT.includes(action)),
    ui,
  )
  const kept = actions.filter(({ action }) => !BROUGHT.includes(action) && action !== 'conflict')
  const worthAWord = kept.filter(({ reason }) => reason !== ONLY_YOURS)
  section('Kept', worthAWord, ui)
  const onlyYours = kept.length - worthAWord.length
  if (onlyYours > 0) ui.line(`Left alone: ${onlyYours} ${onlyYours === 1 ? 'file' : 'files'} that only you changed`)
  section(
    'Needs you',
    actions.filter(({ action }) => action === 'conflict'),
    ui,
  )
  if (!dryRun) for (const conflict of plan.pending) ui.line(`  ${ui.paint('cyan', '→')} ${howToSettle(conflict)}`)
}

/** What is left to do, as commands and remarks. */
export function nextSteps(plan: TransitionPlan, tasks: readonly TaskResult[]): string[] {
  const open = plan.pending.map(howToSettle)
  const retry = tasks.flatMap(({ status, retry }) => (status !== 'done' && retry !== undefined ? [retry] : []))
  return [...open, ...(open.length > 0 ? ['bolt resolve'] : []), ...retry]
}

function section(heading: string, actions: readonly Action[], ui: Io['ui']): void {
  if (actions.length === 0) return
  ui.line(`${heading}:`)
  for (const { path, action, reason } of actions.slice(0, MOST_LINES))
    ui.line(`  ${(WORDS[action] ?? action).padEnd(9)} ${path} ${ui.paint('dim', reason)}`)
  if (actions.length > MOST_LINES) ui.line(`  and ${actions.length - MOST_LINES} more (--json lists them all)`)
}
