import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '#db/migrations'

/** A migrated database for load, in a file of its own. */
export async function benchDatabase(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const url = `file:${join(folder, 'bench.db')}`
  await migrate(url)
  return { url, stop: () => rm(folder, { recursive: true }) }
}
