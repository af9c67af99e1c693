/** At the start of every command: an interrupted change is finished if it was staged completely, and taken back otherwise. */
import { BoltError } from '../errors.ts'
import { sha256 } from '../state/hash.ts'
import type { Disk } from './disk.ts'
import { removeTree } from './disk.ts'
import { CURRENT, JOURNAL, type Journal, MAX_JOURNAL, parseJournal } from './journal.ts'
import { markOf, sameContent, takeForward } from './replay.ts'
import { insideRoot } from './safe-path.ts'
import { close } from './transaction.ts'

export type Recovery = 'nothing' | 'finished' | 'taken-back'

/** Whether a change was interrupted here. Reads only. */
export async function isInterrupted(disk: Disk, root: string): Promise<boolean> {
  const path = await insideRoot(disk, root, CURRENT, 'state-invalid')
  return (await disk.stat(path)) !== undefined
}

/** Finishes or takes back an interrupted change. The lock must be held. */
export async function recover(disk: Disk, root: string): Promise<Recovery> {
  if (!(await isInterrupted(disk, root))) return 'nothing'
  const path = await insideRoot(disk, root, JOURNAL, 'state-invalid')
  const entry = await disk.stat(path)
  if (!entry) {
    await removeTree(disk, `${root}/${CURRENT}`)
    return 'taken-back'
  }
  if (entry.kind !== 'file' || entry.size > MAX_JOURNAL) throw blocked(`${JOURNAL} is no file, or too large`)
  const journal = parseJournal(new TextDecoder().decode(await disk.read(path)))
  await checkRepeatable(disk, root, journal)
  await takeForward(disk, root, journal)
  await close(disk, root, true)
  return 'finished'
}

/** Nothing is touched unless every staged file is whole and every target is still as it was before or after. */
async function checkRepeatable(disk: Disk, root: string, journal: Journal): Promise<void> {
  for (const [index, step] of journal.steps.entries()) {
    const target = await insideRoot(disk, root, step.path, 'state-invalid')
    const found = await markOf(disk, target)
    if (!sameContent(found, step.before) && !sameContent(found, step.after))
      throw blocked(
        `"${step.path}" was changed after the interruption; what bolt would write is ${CURRENT}/staged/${index}`,
      )
    if (!step.after || sameContent(found, step.after)) continue
    const staged = await insideRoot(disk, root, `${CURRENT}/staged/${index}`, 'state-invalid')
    const content = (await disk.stat(staged))?.kind === 'file' ? await disk.read(staged) : undefined
    if (content === undefined || sha256(content) !== step.after.sha256)
      throw blocked(`${CURRENT}/staged/${index} is missing or damaged`)
  }
}

function blocked(why: string): BoltError {
  return new BoltError('state-invalid', {
    message: 'An interrupted change cannot be finished',
    why,
    hint: `Put the named file back as it was and run the command again; or delete ${CURRENT} to keep the project as it is now`,
  })
}
