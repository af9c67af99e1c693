/** The PostgreSQL that all servers ask: beside the load generator, measured like the servers, and ended with the run. */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import postgres from 'postgres'
import { startPostgres } from '../../scripts/embedded-postgres.mjs'
import { scheduled } from '../harness/proc.mjs'
import { fortunes, notes, WORLDS } from './rows.mjs'

/**
 * What would disturb a measurement is off; the disk is not what is compared. All servers together have more connections than PostgreSQL allows
 * by default.
 */
const settings = [
  ...[
    'max_connections=200',
    'autovacuum=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'checkpoint_timeout=1d',
  ],
  ...['max_wal_size=4GB', 'shared_buffers=256MB', 'jit=off', 'random_page_cost=1.1'],
]

/** Starts it on a core, with the rows of the scenarios. @returns {Promise<import('../harness/suite.mjs').Surroundings>} */
export async function openDatabase({ core }) {
  const server = await startPostgres({ settings })
  const pid = server.pid()
  const leave = () => endAtOnce(pid, server.folder)
  process.once('exit', leave)
  const sql = postgres(server.url, { max: 1, onnotice: () => {} })
  const end = async () => {
    await sql.end({ timeout: 1 })
    await server.stop()
    process.off('exit', leave)
  }
  try {
    // What PostgreSQL starts from now on runs where it runs.
    for (const id of [pid, ...childrenOf(pid)]) execFileSync('taskset', ['-a', '-c', '-p', core, id].map(String))
    await fill(sql)
    const clock = new Clock()
    const [{ version }] = await sql`select current_setting('server_version') as version`
    return {
      variables: { DATABASE_URL: server.url },
      versions: { PostgreSQL: version },
      beside: () => clock.read([pid, ...childrenOf(pid)]),
      restore: () => restore(sql),
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

async function fill(sql) {
  await sql.unsafe(readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'))
  for (const { title, body, published, createdAt } of notes) {
    await sql`insert into notes (title, body, published, created_at) values (${title}, ${body}, ${published}, ${createdAt})`
  }
  await sql`insert into world select id, 1 + floor(random() * ${WORLDS}::int) from generate_series(1, ${WORLDS}::int) as id`
  for (const [index, message] of fortunes.entries()) {
    await sql`insert into fortune (id, message) values (${index + 1}, ${message})`
  }
  await sql`vacuum (analyze)`
}

/** Undoes what a measurement wrote, and takes the work that it left to later ones out of their way. */
async function restore(sql) {
  await sql`delete from notes where id > ${notes.length}`
  await sql`vacuum (analyze) notes`
  await sql`vacuum (analyze) world`
  await sql`checkpoint`
}

function childrenOf(pid) {
  // The kernel lists those that one thread started; PostgreSQL has one.
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

/** Adds up the processor time of processes that come and go. */
class Clock {
  #times = new Map()

  /** µs that these and those before them have used so far; one that has ended counts with what it had when it was last seen. */
  read(pids) {
    for (const pid of pids) {
      try {
        this.#times.set(pid, scheduled(pid))
      } catch {
        // It ended just now.
      }
    }
    return [...this.#times.values()].reduce((sum, time) => sum + time, 0)
  }
}

/** For the end of this process, when nothing can be waited for. */
function endAtOnce(pid, folder) {
  try {
    process.kill(pid, 'SIGQUIT')
  } catch {
    // It has ended by itself.
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
