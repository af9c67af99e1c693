import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { startLocalPostgres } from '../src/db/local/server.ts'
import { migrate } from '../src/db/migrations.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Server the tests make their databases on, and the migrated database they are copied from. */
    postgres: { url: string; template: string }
  }
}

/** Before all tests: a server (`TEST_DATABASE_URL`, or a local one) with a migrated database to copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL
  const local = given
    ? undefined
    : await startLocalPostgres({ folder: '.data/postgres-test', database: 'postgres', settings: ['fsync=off'] })
  const url = given ?? local?.url ?? ''
  const template = `template_${randomUUID().slice(0, 8)}`
  await run(url, (sql) => sql`create database ${sql(template)}`)
  await migrate(databaseUrl(url, template))
  project.provide('postgres', { url, template })

  return async () => {
    await run(url, (sql) => sql`drop database ${sql(template)} with (force)`)
    await local?.stop()
  }
}

/** A database of one's own with all tables in it. */
export async function createDatabase({ url, template }: { url: string; template: string }) {
  const name = `test_${randomUUID().slice(0, 8)}`
  await run(url, (sql) => sql`create database ${sql(name)} template ${sql(template)}`)
  return {
    url: databaseUrl(url, name),
    drop: () => run(url, (sql) => sql`drop database ${sql(name)} with (force)`),
  }
}

async function run(url: string, statement: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await statement(sql)
  } finally {
    await sql.end()
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}
