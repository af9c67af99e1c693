import type { Database } from '#db/client'
import { notesService } from './service.ts'

/** Notes of the first user, unless there are some. */
export async function firstNotes(db: Database, userId: string): Promise<void> {
  const notes = notesService(db)
  const { items } = await notes.list(userId, { limit: 1 })
  if (items.length > 0) return
  await notes.create(userId, { title: 'Welcome', body: 'This note was written by db:seed.' })
  await notes.create(userId, { title: 'Read the code', body: 'It is in src/features/notes.' })
}
