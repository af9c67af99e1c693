import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { native } from '@bolt-app/core/sqlite'
import { createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
import type { Path as AnyPath } from '../queries/paths.ts'
import * as schema from './schema.ts'

/** Drizzle over a client of either kind. */
export type Database = ReturnType<typeof theirs>

export const theirs = (url: string) => drizzle({ client: createClient({ url }), schema })

export const ours = (url: string): Database => drizzle({ client: native(url), schema })

/** A way that a route with a query is answered. */
export type Path = Omit<AnyPath, 'open'> & { open(url: string): Database }

export const paths: readonly Path[] = [
  { name: 'Rust', core: 'native', open: ours, isEntered: false },
  { name: 'JavaScript over the native client', core: 'native', open: ours, isEntered: true },
  { name: 'JavaScript over libsql', core: 'native', open: theirs, isEntered: true },
  { name: 'JavaScript over libsql on node:http', core: 'fallback', open: theirs, isEntered: true },
]

/** The URL of a file in a folder of its own. */
export function newFile(): { url: string; path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bolt-sqlite-'))
  const path = join(folder, 'a b%é.db')
  return {
    path,
    url: `file:${path.replaceAll('%', '%25')}`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
