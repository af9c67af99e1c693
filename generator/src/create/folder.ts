/** What to do with a folder that is not free: offer the upgrade, or ask for another one. Without a terminal both are errors. */
import path from 'node:path'
import type { CommandResult, Io } from '../types.ts'
import { version } from '../version.ts'
import { occupiedError, projectError, shown, targetState } from './target.ts'

/** A folder that is new or empty: the one given, or, on a terminal, another one asked for. */
export async function freeFolder(target: string, io: Io, asks: boolean): Promise<string> {
  for (let folder = target; ; ) {
    const state = await targetState(folder)
    if (state === 'new' || state === 'empty') return folder
    const error = state === 'project' ? projectError(folder) : occupiedError(folder)
    if (!asks) throw error
    io.ui.warn(`${error.message} Nothing is ever overwritten.`)
    const { terminalPrompts } = await import('../ask/prompt.ts')
    const answer = await terminalPrompts(io).text('Another folder', `${shown(folder, io.cwd)}-2`, (name) =>
      name === '' ? 'it is empty' : undefined,
    )
    if (answer.kind === 'back') throw error
    folder = path.resolve(io.cwd, answer.value)
  }
}

/** The folder holds a project: on a terminal the upgrade is offered instead. */
export async function offerUpgrade(folder: string, io: Io, asks: boolean): Promise<CommandResult | undefined> {
  if (!asks) throw projectError(folder)
  const { terminalPrompts } = await import('../ask/prompt.ts')
  const answer = await terminalPrompts(io).yesNo(
    `${shown(folder, io.cwd)} holds a project already. Upgrade it to ${version}?`,
    true,
  )
  if (answer.kind === 'back' || !answer.value) throw projectError(folder)
  const { upgrade } = await import('../commands/upgrade.ts')
  return upgrade({ command: 'upgrade', words: [], flags: { to: version } }, { ...io, cwd: folder })
}
