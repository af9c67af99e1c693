/** The last finished change, read backwards as changes of its own. */
import { BoltError } from '../errors.ts'
import type { Disk } from './disk.ts'
import { JOURNAL, type Journal, LAST, MAX_JOURNAL, parseJournal } from './journal.ts'
import { markOf, sameContent } from './replay.ts'
import { insideRoot } from './safe-path.ts'
import type { Change } from './transaction.ts'

/** What would take the last change back; refused when a file was edited since. */
export async function undoChanges(disk: Disk, root: string): Promise<{ command: string; changes: Change[] }> {
  const journal = await readLast(disk, root)
  const changes: Change[] = []
  const edited: string[] = []
  for (const [index, step] of journal.steps.entries()) {
    const found = await markOf(disk, await insideRoot(disk, root, step.path, 'state-invalid'))
    if (found === 'other' || !sameContent(found, step.after)) edited.push(step.path)
    const backup = await insideRoot(disk, root, `${LAST}/backup/${index}`, 'state-invalid')
    const next = step.before && { content: await disk.read(backup), mode: step.before.mode }
    changes.push({ path: step.path, next, before: step.after })
  }
  if (edited.length > 0) throw editedSince(journal.command, edited)
  return { command: journal.command, changes }
}

async function readLast(disk: Disk, root: string): Promise<Journal> {
  const path = await insideRoot(disk, root, JOURNAL.replace('/current/', '/last/'), 'state-invalid')
  const entry = await disk.stat(path)
  if (!entry) {
    throw new BoltError('transition-refused', {
      message: 'There is nothing to undo',
      why: 'No earlier change of this checkout is on record; the record is local and not kept in git',
      hint: 'Use git to go back to an earlier commit',
    })
  }
  if (entry.kind !== 'file' || entry.size > MAX_JOURNAL)
    throw new BoltError('state-invalid', { message: `${LAST}/journal.json is no file, or too large` })
  return parseJournal(new TextDecoder().decode(await disk.read(path)))
}

function editedSince(command: string, paths: readonly string[]): BoltError {
  const shown = paths.slice(0, 10).join(', ')
  return new BoltError('transition-refused', {
    message: `"${command}" cannot be undone: ${paths.length === 1 ? 'a file was' : `${paths.length} files were`} changed since`,
    why: shown + (paths.length > 10 ? ' …' : ''),
    hint: 'Commit or put away your changes to these files, or use git to go back',
  })
}
