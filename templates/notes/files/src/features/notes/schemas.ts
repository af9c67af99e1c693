import { z } from 'zod'

export const NewNote = z.object({
  title: z.string().min(1).max(200),
  body: z.string().max(10_000).default(''),
})

export const NoteChanges = z.object({
  title: NewNote.shape.title.optional(),
  body: z.string().max(10_000).optional(),
})

export const Note = z.object({
  id: z.uuid(),
  title: z.string(),
  body: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})

export const NoteId = z.object({ id: z.uuid() })

export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  /** `nextCursor` of the page before. Ids sort by creation time, and before this one come all. */
  cursor: z.uuid().default('ffffffff-ffff-ffff-ffff-ffffffffffff'),
})

export type NewNote = z.infer<typeof NewNote>
export type NoteChanges = z.infer<typeof NoteChanges>
export type Note = z.infer<typeof Note>
