import { readdir, readFile } from 'node:fs/promises'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api'
import { describe, expect, it } from 'vitest'
import * as schema from './schema.ts'

describe('migrations', () => {
  it('cover every table as it is now (else run db:generate)', async () => {
    const snapshots = (await readdir('src/db/migrations/meta')).filter((name) => name.endsWith('_snapshot.json')).sort()
    const newest = snapshots.at(-1)
    const before = newest
      ? JSON.parse(await readFile(`src/db/migrations/meta/${newest}`, 'utf8'))
      : generateDrizzleJson({})
    const now = generateDrizzleJson(schema, before.id, undefined, 'snake_case')
    expect(await generateMigration(before, now)).toEqual([])
  })
})
