/** The file of SQLite that all servers open: in memory where the system has such a folder, as the disk is not what is compared. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import { notes } from './rows.mjs'

const SHARED_MEMORY = '/dev/shm'

/** Makes it, with the rows of the scenarios. @returns {Promise<import('../harness/suite.mjs').Surroundings>} */
export async function openFile() {
  const folder = mkdtempSync(join(existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir(), 'bolt-bench-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const url = pathToFileURL(join(folder, 'bench.db')).href
  const version = await withClient(url, fill)
  return {
    variables: { DATABASE_URL: url },
    versions: { 'SQLite of libsql': version },
    end: async () => {
      process.off('exit', remove)
      remove()
    },
  }
}

/** Does something with the file, and lets go of it: nothing of it is locked while servers are measured. */
async function withClient(url, work) {
  const client = createClient({ url })
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

async function fill(client) {
  await client.execute('pragma journal_mode = wal')
  await client.executeMultiple(readFileSync(new URL('./sqlite-schema.sql', import.meta.url), 'utf8'))
  for (const { title, body, published, createdAt } of notes) {
    const args = [title, body, published, Date.parse(createdAt)]
    await client.execute({ sql: 'insert into notes (title, body, published, created_at) values (?, ?, ?, ?)', args })
  }
  const { rows } = await client.execute('select sqlite_version() as version')
  return rows[0].version
}
