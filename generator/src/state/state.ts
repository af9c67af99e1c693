/** The state of a project as the rest of the generator sees it, read from `.bolt/` as hostile input. */

import type { Disk } from '../apply/disk.ts'
import { insideRoot } from '../apply/safe-path.ts'
import { BoltError } from '../errors.ts'
import { MANIFEST, MAX_MANIFEST, type ManifestEntry, parseManifest } from './manifest.ts'
import { MAX_OBJECT, objectPath, unpackObject } from './objects.ts'
import { MAX_PROJECT_FILE, PROJECT_FILE, type ProjectFile, parseProjectFile } from './project-file.ts'

/** A file as we rendered it last. */
export interface BaseFile extends ManifestEntry {
  /** Absent when its object is missing: the base is unknown. */
  readonly content: Uint8Array | undefined
}

export interface State {
  readonly project: ProjectFile
  /** Sorted by path. */
  readonly files: readonly BaseFile[]
}

/** The nearest folder at or above `folder` that holds a generated project. */
export async function findProject(disk: Disk, folder: string): Promise<string | undefined> {
  for (let at = folder.replace(/\\/g, '/').replace(/\/+$/, ''); ; at = at.slice(0, at.lastIndexOf('/'))) {
    if ((await disk.stat(`${at}/${PROJECT_FILE}`))?.kind === 'file') return at
    if (!at.includes('/')) return undefined
  }
}

/** Only `.bolt/project.json`: enough for commands that do not look at files. */
export async function readProjectFile(disk: Disk, root: string): Promise<ProjectFile> {
  const bytes = await readBounded(disk, root, PROJECT_FILE, MAX_PROJECT_FILE)
  if (bytes) return parseProjectFile(decode(bytes, PROJECT_FILE))
  throw new BoltError('not-a-project', {
    message: `There is no generated project in ${root}`,
    why: `${PROJECT_FILE} is missing`,
    hint: 'Go to a folder that create-bolt-app wrote, or make one: npm create bolt-app',
  })
}

/** The whole state, with the contents of every base that is still there. */
export async function readState(disk: Disk, root: string): Promise<State> {
  const project = await readProjectFile(disk, root)
  const bytes = await readBounded(disk, root, MANIFEST, MAX_MANIFEST)
  if (!bytes)
    throw new BoltError('state-invalid', {
      message: `${MANIFEST} is missing`,
      why: `${PROJECT_FILE} is there, so the project was generated, but nobody knows which files`,
      hint: `Take the file back from git (git checkout -- ${MANIFEST})`,
    })
  const files: BaseFile[] = []
  for (const entry of parseManifest(decode(bytes, MANIFEST))) {
    await insideRoot(disk, root, entry.path, 'state-invalid')
    files.push({ ...entry, content: await readObject(disk, root, entry.sha256) })
  }
  return { project, files }
}

async function readObject(disk: Disk, root: string, hash: string): Promise<Uint8Array | undefined> {
  const packed = await readBounded(disk, root, objectPath(hash), MAX_OBJECT)
  return packed && unpackObject(hash, packed)
}

async function readBounded(disk: Disk, root: string, path: string, limit: number): Promise<Uint8Array | undefined> {
  const target = await insideRoot(disk, root, path, 'state-invalid')
  const entry = await disk.stat(target)
  if (!entry) return undefined
  const problem =
    entry.kind === 'link'
      ? 'it is a symbolic link; bolt never follows links'
      : entry.kind !== 'file'
        ? 'it is not a file'
        : entry.size > limit
          ? `it is larger than ${limit} bytes`
          : undefined
  if (problem) throw new BoltError('state-invalid', { message: `${path} is refused`, why: problem })
  return disk.read(target)
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new BoltError('state-invalid', {
      message: `${path} is damaged`,
      why: 'It is not UTF-8 text',
      hint: `Take the file back from git (git checkout -- ${path})`,
      cause,
    })
  }
}
