import { eq } from 'drizzle-orm'
import type { Database } from '#db/client'
import { notesService } from './service.ts'
import { notes } from './table.ts'

/** Notes of the first user, unless there are some. */
export async function firstNotes(db: Database, userId: string): Promise<void> {
  if ((await db.$count(notes, eq(notes.userId, userId))) > 0) return
  const service = notesService(db)
  await service.create(userId, { title: 'Welcome', body: 'This note was written by db:seed.' })
  await service.create(userId, { title: 'Read the code', body: 'It is in src/features/notes.' })
}
