/** `.bolt/objects/`: what we rendered last, compressed, under the hash of the uncompressed content. */
import { deflateSync, inflateSync } from 'node:zlib'
import { BoltError } from '../errors.ts'
import { sha256 } from './hash.ts'

/** Largest content that is kept and read back. */
export const MAX_OBJECT = 16 * 1024 * 1024

/** Where the content with this hash lies. */
export function objectPath(hash: string): string {
  return `.bolt/objects/${hash.slice(0, 2)}/${hash.slice(2)}`
}

/** The stored form of a content. */
export function packObject(content: Uint8Array): Uint8Array {
  return deflateSync(content, { level: 9 })
}

/** The content of a stored object; one whose hash differs from its name is refused. */
export function unpackObject(hash: string, packed: Uint8Array): Uint8Array {
  let content: Uint8Array
  try {
    content = new Uint8Array(inflateSync(packed, { maxOutputLength: MAX_OBJECT }))
  } catch (cause) {
    throw invalid(hash, 'it cannot be decompressed, or is larger than 16 MiB', cause)
  }
  const actual = sha256(content)
  if (actual !== hash) throw invalid(hash, `its content has the hash ${actual}`)
  return content
}

function invalid(hash: string, why: string, cause?: unknown): BoltError {
  const path = objectPath(hash)
  return new BoltError('state-invalid', {
    message: `${path} is damaged`,
    why,
    hint: `Take the file back from git (git checkout -- ${path}), or delete it: its file is then compared without a base`,
    cause,
  })
}
