import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'notes',
  about: 'The worked example: notes that belong to a user, in pages',
  when: { example: 'notes' },
  after: ['sessions'],
  registers: [
    { file: 'src/db/schema.ts', slot: 'tables', lines: ["export * from '../features/notes/table.ts'"] },
    {
      file: 'src/app.ts',
      slot: 'routes',
      lines: ['notesRoutes(app, database.db, access)'],
      imports: ["import { notesRoutes } from '#features/notes/routes'"],
    },
    {
      file: 'src/db/seed.ts',
      slot: 'rows',
      lines: ['await firstNotes(db, user.id)'],
      imports: ["import { firstNotes } from '#features/notes/first-notes'"],
    },
  ],
  readme: { title: 'Example: notes', file: 'readme.md', order: 70 },
  classes: { 'src/features/notes/': 'seed' },
})
