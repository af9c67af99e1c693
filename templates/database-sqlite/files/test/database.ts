import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '#db/migrations'

/** A fresh, migrated database in a file of its own; `drop` removes it. */
export async function freshDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'database-'))
  const url = `file:${join(folder, 'test.db')}`
  await migrate(url)
  return { url, drop: () => rm(folder, { recursive: true }) }
}
