/** What lies in `.bolt/` for a given state: a pure function, so that the same state is always the same bytes. */
import type { PlannedFile } from '../types.ts'
import { sha256 } from './hash.ts'
import { formatManifest, MANIFEST, type ManifestEntry } from './manifest.ts'
import { objectPath, packObject } from './objects.ts'
import { formatProjectFile, PROJECT_FILE, type ProjectFile } from './project-file.ts'

/** Journals and backups are local. */
const IGNORE = '/txn/\n'
/** No line ends are converted here, and packed contents are never merged as text. */
const ATTRIBUTES = '* -text\n/objects/** binary\n'

/** A file inside `.bolt/`. */
export interface StateFile {
  readonly path: string
  readonly content: Uint8Array
}

/** The manifest entry of a rendered file. */
export function entryOf(
  file: PlannedFile,
  status: ManifestEntry['status'] = 'current',
  path = file.path,
): ManifestEntry {
  return { sha256: sha256(file.content), mode: file.mode, class: file.class, status, id: file.id, path }
}

/** Every file of the state. `bases` are the contents that the entries name, by hash. */
export function stateFiles(
  project: ProjectFile,
  entries: readonly ManifestEntry[],
  bases: ReadonlyMap<string, Uint8Array>,
): StateFile[] {
  const text = (path: string, content: string): StateFile => ({ path, content: new TextEncoder().encode(content) })
  const hashes = [...new Set(entries.map((entry) => entry.sha256))]
  const objects = hashes.flatMap((hash) => {
    const content = bases.get(hash)
    return content === undefined ? [] : [{ path: objectPath(hash), content: packObject(content) }]
  })
  return [
    text('.bolt/.gitignore', IGNORE),
    text('.bolt/.gitattributes', ATTRIBUTES),
    ...objects,
    text(MANIFEST, formatManifest(entries)),
    text(PROJECT_FILE, formatProjectFile(project)),
  ]
}
