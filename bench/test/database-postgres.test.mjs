import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../database/postgres.mjs'

// The bench pins to cores and reads /proc.
const skip = process.platform === 'linux' ? false : 'needs Linux'

test('PostgreSQL has the rows of the scenarios, again after writes, and counts its time', { skip }, async () => {
  const { default: postgres } = await import('postgres')
  const database = await openDatabase({ core: 0 })
  const sql = postgres(database.variables.DATABASE_URL, { max: 1 })
  const count = async () => (await sql`select count(*)::int as rows from notes`)[0].rows
  try {
    const before = database.beside()
    await sql`insert into notes (title, body) select 'more', 'of them' from generate_series(1, 10000)`
    assert.equal(await count(), 10_010)
    assert.ok(database.beside() > before)
    await database.restore()
    assert.equal(await count(), 10)
  } finally {
    await sql.end()
    await database.end()
  }
})

test('it ends with a process that ends at once, and leaves no files', { skip }, async () => {
  const program = `
    import { readFileSync } from 'node:fs'
    import { openDatabase } from '${new URL('../database/postgres.mjs', import.meta.url)}'
    const { default: postgres } = await import('postgres')
    const { variables } = await openDatabase({ core: 0 })
    const [{ data_directory: folder }] = await postgres(variables.DATABASE_URL)\`show data_directory\`
    console.log(JSON.stringify({ folder, pid: Number(readFileSync(folder + '/postmaster.pid', 'utf8').split('\\n')[0]) }))
    process.exit(0)`
  const cwd = new URL('..', import.meta.url)
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd, encoding: 'utf8' })
  const { folder, pid } = JSON.parse(said)
  assert.ok(pid > 1)
  for (let waited = 0; existsSync(`/proc/${pid}`) && waited < 5000; waited += 50) await sleep(50)
  assert.equal(existsSync(`/proc/${pid}`), false)
  assert.equal(existsSync(folder), false)
})
