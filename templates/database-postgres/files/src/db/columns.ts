/** The words tables are written in. Tables import these and nothing of the database's own dialect, so that they read the same everywhere. */
import { pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { newId } from './id.ts'

export { boolean, doublePrecision as real, index, integer, text, uniqueIndex } from 'drizzle-orm/pg-core'
export const table = pgTable

/** Primary key that sorts by creation time. */
export const id = () => text().primaryKey().$defaultFn(newId)

/** A point in time. */
export const moment = () => timestamp({ withTimezone: true, mode: 'date' })

export const createdAt = () => moment().notNull().defaultNow()

export const updatedAt = () => createdAt().$onUpdate(() => new Date())
