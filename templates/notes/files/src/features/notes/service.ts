import { HttpError } from '@bolt-app/core'
import { and, eq } from 'drizzle-orm'
import type { Database } from '#db/client'
import type { NewNote, Note, NoteChanges } from './schemas.ts'
import { notes } from './table.ts'

export type NotesService = ReturnType<typeof notesService>

/** Writes notes of one user; somebody else's are as if they did not exist. */
export function notesService(db: Database) {
  const mine = (userId: string, id: string) => and(eq(notes.id, id), eq(notes.userId, userId))

  return {
    async create(userId: string, note: NewNote): Promise<Note> {
      return toNote(
        found(
          await db
            .insert(notes)
            .values({ ...note, userId })
            .returning(),
        ),
      )
    },

    async update(userId: string, id: string, changes: NoteChanges): Promise<Note> {
      return toNote(
        found(
          await db
            .update(notes)
            .set({ ...changes, updatedAt: new Date() })
            .where(mine(userId, id))
            .returning(),
        ),
      )
    },

    async remove(userId: string, id: string): Promise<void> {
      found(await db.delete(notes).where(mine(userId, id)).returning({ id: notes.id }))
    },
  }
}

type Row = typeof notes.$inferSelect

function found<T>([row]: T[]): T {
  if (row === undefined) throw new HttpError(404, 'There is no such note.')
  return row
}

function toNote({ id, title, body, createdAt, updatedAt }: Row): Note {
  return { id, title, body, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() }
}
