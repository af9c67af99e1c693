import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { show } from '../check.ts'
import { BoltError } from '../errors.ts'
import type { SqlitePlan } from './options.ts'

const FIX = "give a file such as 'file:.data/app.db', or ':memory:'"

/** Where a URL says that the database is. Relative files are those of the folder that the process is in now. */
export function placeOf(url: unknown): SqlitePlan['place'] {
  if (url === ':memory:' || url === 'file::memory:') return { memory: `bolt-${randomUUID()}` }
  if (typeof url !== 'string' || url === '') throw refused(`the URL is ${show(url)}`, FIX)
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme !== 'file') {
    // What was given may hold a token.
    const what =
      scheme === undefined ? 'has no scheme' : `begins with ${scheme}:, and only files and memory are for Rust`
    throw refused(`the URL ${what}`, `${FIX}; servers are for createClient() of @libsql/client`)
  }
  return { file: resolve(pathOf(url.slice('file:'.length))) }
}

/** Of `path`, `//localhost/path` and `///path`. */
function pathOf(rest: string): string {
  const authority = /^\/\/([^/]*)(.*)$/s.exec(rest)
  if (authority !== null && authority[1] !== '' && authority[1] !== 'localhost') {
    throw refused(
      `the file is on the host ${show(authority[1])}`,
      "write 'file:relative/path' or 'file:///absolute/path'",
    )
  }
  const path = authority?.[2] ?? rest
  if (/[?#]/.test(path)) throw refused('the URL has parameters', 'leave them out; for a ? in a name write %3F')
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    throw refused(`the path ${show(path)} has a % that begins no character`, 'write %25 for a % in a name')
  }
  if (decoded === '' || decoded.includes('\0')) throw refused('the URL names no file', FIX)
  return decoded
}

function refused(what: string, fix: string): BoltError {
  return new BoltError('invalid-database-url', `native(): ${what}`, fix)
}
