import type { App } from '@bolt-app/core'
import type { Access } from '#auth/access'
import type { Database } from '#db/client'
import { notesQueries } from './queries.ts'
import { NewNote, Note, NoteChanges, NoteId, PageQuery } from './schemas.ts'
import { notesService } from './service.ts'

/** `/api/notes`: everybody sees and changes their own. */
export function notesRoutes(app: App, db: Database, access: Access): void {
  const notes = notesService(db)
  const { list, get } = notesQueries(db)
  const common = { auth: access, tags: ['notes'] }

  app.get('/api/notes', { ...common, query: PageQuery, summary: 'My notes, newest first' }, list)

  app.post('/api/notes', { ...common, body: NewNote, response: Note, status: 201, summary: 'Write a note' }, (ctx) =>
    notes.create(ctx.auth.user.id, ctx.body),
  )

  app.get('/api/notes/:id', { ...common, params: NoteId, summary: 'One note' }, get)

  app.patch(
    '/api/notes/:id',
    { ...common, params: NoteId, body: NoteChanges, response: Note, summary: 'Change a note' },
    (ctx) => notes.update(ctx.auth.user.id, ctx.params.id, ctx.body),
  )

  app.delete('/api/notes/:id', { ...common, params: NoteId, status: 204, summary: 'Delete a note' }, (ctx) =>
    notes.remove(ctx.auth.user.id, ctx.params.id),
  )
}
