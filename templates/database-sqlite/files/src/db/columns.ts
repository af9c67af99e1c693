/** The words tables are written in. Tables import these and nothing of the database's own dialect, so that they read the same everywhere. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { newId } from './id.ts'

export { index, integer, real, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
export const table = sqliteTable

/** Primary key that sorts by creation time. */
export const id = () => text().primaryKey().$defaultFn(newId)

export const boolean = () => integer({ mode: 'boolean' })

/** A point in time. */
export const moment = () => integer({ mode: 'timestamp_ms' })

export const createdAt = () =>
  moment()
    .notNull()
    .$defaultFn(() => new Date())

export const updatedAt = () => createdAt().$onUpdate(() => new Date())
