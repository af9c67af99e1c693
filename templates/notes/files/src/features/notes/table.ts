import { users } from '../../auth/tables.ts'
import { createdAt, id, index, table, text, updatedAt } from '../../db/columns.ts'

export const notes = table(
  'notes',
  {
    id: id(),
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    title: text().notNull(),
    body: text().notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (note) => [index('notes_by_user').on(note.userId, note.id)],
)
