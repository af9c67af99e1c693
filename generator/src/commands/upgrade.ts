/** `bolt upgrade`: moves the project to another version of the generator; that version does the rendering. */
import { readProjectFile } from '../state/state.ts'
import { changeProject } from '../transition/change.ts'
import { handOver, publishedVersion } from '../transition/handover.ts'
import { openProject } from '../transition/project.ts'
import { answersOf } from '../transition/saved.ts'
import { compareVersions } from '../transition/version-range.ts'
import type { Command, CommandArgs, Io } from '../types.ts'
import { version } from '../version.ts'

export const upgrade: Command = async (args, io) => {
  const project = await openProject(io)
  const saved = await readProjectFile(project.disk, project.root)
  const to = args.flags['handed-over'] === true ? version : await targetVersion(args, saved.version, io)
  if (to !== version) return handOver(to, args, project.root, io)
  const title =
    saved.version === version ? `create-bolt-app ${version}` : `create-bolt-app ${saved.version} → ${version}`
  return changeProject(project, { answers: answersOf(saved, io), title }, args, io)
}

/** The version asked for; else the newest published one, but never one older than what is here. */
async function targetVersion({ flags }: CommandArgs, present: string, io: Io): Promise<string> {
  const wanted = typeof flags.to === 'string' ? flags.to : undefined
  if (wanted === version) return version
  const published = await publishedVersion(wanted ?? 'latest', io)
  if (wanted !== undefined && published !== undefined) return published
  const here = compareVersions(present, version) > 0 ? present : version
  if (published === undefined)
    io.ui.warn(`The registry cannot be reached to look for ${wanted ?? 'a newer version'}; going on with ${here}`)
  return published === undefined || compareVersions(published, here) < 0 ? here : published
}
