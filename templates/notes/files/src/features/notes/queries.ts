import { claim, param, query } from '@bolt-app/core/drizzle'
import { and, desc, eq, lt } from 'drizzle-orm'
import type { Database } from '#db/client'
import { notes } from './table.ts'

/**
 * Reads notes of whoever asks. These answer their routes by themselves: the statement is written once, its values come from the request, and
 * where there is a native client Rust runs it without entering JavaScript.
 */
export function notesQueries(db: Database) {
  const { id, title, body, createdAt, updatedAt } = notes
  const select = () => db.select({ id, title, body, createdAt, updatedAt }).from(notes)
  const mine = eq(notes.userId, claim('user.id'))

  return {
    /** Newest first. Ids sort by creation time, so the last id of a page is where the next one begins. */
    list: query.page(
      select()
        .where(and(mine, lt(id, param.query('cursor'))))
        .orderBy(desc(id))
        .limit(param.query('limit')),
      { cursor: 'id' },
    ),

    get: query.one(select().where(and(mine, eq(id, param.path('id'))))),
  }
}
