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
  /** `nextCursor` of the page before. */
  cursor: z.uuid().optional(),
})

export const NotePage = z.object({
  items: z.array(Note),
  /** Absent on the last page. */
  nextCursor: z.uuid().optional(),
})

export type NewNote = z.infer<typeof NewNote>
export type NoteChanges = z.infer<typeof NoteChanges>
export type Note = z.infer<typeof Note>
export type PageQuery = z.infer<typeof PageQuery>
export type NotePage = z.infer<typeof NotePage>
