/** The tables as Drizzle sees them. */
import { boolean, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

export const notes = pgTable('notes', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  title: text().notNull(),
  body: text().notNull(),
  published: boolean().notNull().default(false),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
})

export const worlds = pgTable('world', {
  id: integer().primaryKey(),
  randomNumber: integer('random_number').notNull(),
})

export const fortunes = pgTable('fortune', {
  id: integer().primaryKey(),
  message: text().notNull(),
})
