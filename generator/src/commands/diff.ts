/** `bolt diff [path…]`: what you changed since the files were written, as a unified diff on stdout. Works offline and changes nothing. */
import { type InspectedFile, inspectProject } from '../transition/inspect.ts'
import { openProject } from '../transition/project.ts'
import { readText } from '../transition/text.ts'
import { unifiedDiff } from '../transition/unified-diff.ts'
import { projectPath } from '../transition/words.ts'
import type { Action, Command } from '../types.ts'
import { commandResult } from './result.ts'

export const diff: Command = async (args, io) => {
  const project = await openProject(io)
  const { state, files } = await inspectProject(project)
  const wanted = args.words.map((word) => projectPath(project, word, io)).filter((word) => word !== '')
  const isWanted = ({ path, rendered }: InspectedFile): boolean =>
    wanted.length === 0 ||
    wanted.some((word) => [path, rendered].some((each) => each === word || each.startsWith(`${word}/`)))
  const changed = files.filter((file) => file.state !== 'unedited' && isWanted(file))
  if (args.flags.json !== true) for (const file of changed) io.stdout.write(describe(file))
  if (changed.length === 0) io.ui.done('No differences')
  return commandResult('diff', {
    from: state.project.version,
    to: state.project.version,
    actions: changed.map(
      (file): Action => ({ path: file.path, id: file.id, action: 'keep', reason: describe(file).trimEnd() }),
    ),
  })
}

function describe({ path, rendered, base, yours, state }: InspectedFile): string {
  const names = { before: `a/${rendered}`, after: `b/${path}` }
  if (state === 'deleted') return `--- ${names.before}\n+++ /dev/null\ndeleted by you\n`
  const moved = path === rendered ? '' : `rename from ${rendered}\nrename to ${path}\n`
  if (!base) return `${moved}what was written to ${rendered} is no longer known\n`
  if (yours?.kind !== 'file') return `${moved}${path} is no longer a file\n`
  const [before, after] = [readText(base)?.text, readText(yours.content)?.text]
  if (before === undefined || after === undefined) return `${moved}binary file ${path} differs\n`
  return moved + unifiedDiff(before, after, names)
}
