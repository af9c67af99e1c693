/** What was generated into a project, so that destroying it is the exact reverse. Committed beside the state, one file for each thing. */
import { BoltError } from '../errors.ts'
import type { Insertion } from './render-resource.ts'

export interface GeneratedRecord {
  readonly schema: 1
  readonly kind: 'resource'
  readonly name: string
  /** Words after the kind, as they were given. */
  readonly words: readonly string[]
  /** Files made, with the hash of what was written. */
  readonly files: Readonly<Record<string, string>>
  readonly insertions: readonly Insertion[]
}

/** Folder of the records. */
export const RECORDS = '.bolt/generated'

export function recordPath(kind: string, plural: string): string {
  return `${RECORDS}/${kind}-${plural}.json`
}

export function formatRecord(record: GeneratedRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`
}

/** Reads a record as hostile input: it decides which files are deleted. */
export function parseRecord(text: string, path: string): GeneratedRecord {
  const fail = (why: string) =>
    new BoltError('state-invalid', {
      message: `${path} is damaged.`,
      why,
      hint: `Bring it back with git, or delete the generated files by hand.`,
    })
  let value: Partial<GeneratedRecord>
  try {
    value = JSON.parse(text) as Partial<GeneratedRecord>
  } catch (cause) {
    throw fail((cause as Error).message)
  }
  const { schema, kind, name, words, files, insertions } = value ?? {}
  if (schema !== 1 || kind !== 'resource' || typeof name !== 'string' || !Array.isArray(words))
    throw fail('It is no record of this version.')
  if (
    typeof files !== 'object' ||
    files === null ||
    !Object.values(files).every((hash) => /^[0-9a-f]{64}$/.test(String(hash)))
  )
    throw fail('Its files have no hashes.')
  const stray = Object.keys(files).find(
    (file) => !/^src\/features\/[a-z0-9-]+\/[a-z0-9.-]+$/.test(file) || file.includes('..'),
  )
  if (stray !== undefined) throw fail(`It names ${stray}, which is no file of a feature.`)
  const isInsertion = (each: Insertion) =>
    ['src/app.ts', 'src/db/schema.ts'].includes(each?.path) &&
    typeof each.line === 'string' &&
    !each.line.includes('\n')
  if (!Array.isArray(insertions) || !insertions.every(isInsertion)) throw fail('Its lines are not of this version.')
  return value as GeneratedRecord
}
