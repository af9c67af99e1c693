/** Path safety at the moment of use: what was decided from names is checked again against what lies on the disk. */
import { BoltError, type ErrorCode } from '../errors.ts'
import { checkPath, parentsOf } from '../state/paths.ts'
import type { Disk } from './disk.ts'

/** The absolute form of a path inside the root; refuses illegal names and any link or file among its parents. */
export async function insideRoot(
  disk: Disk,
  root: string,
  path: string,
  code: ErrorCode = 'write-failed',
): Promise<string> {
  const problem = checkPath(path, { state: true })
  if (problem) throw new BoltError(code, { message: `The path "${path}" is refused`, why: problem })
  for (const parent of parentsOf(path)) {
    const kind = (await disk.stat(`${root}/${parent}`))?.kind
    if (kind === undefined || kind === 'folder') continue
    throw new BoltError(code, {
      message: `The path "${path}" is refused`,
      why:
        kind === 'link'
          ? `"${parent}" is a symbolic link; bolt never writes through links`
          : `"${parent}" is not a folder`,
      hint: `Replace "${parent}" by a real folder, or move it out of the way, and run the command again`,
    })
  }
  return `${root}/${path}`
}
