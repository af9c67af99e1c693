/** What a new note must be, for the peers that check JSON Schema. */
import Ajv from 'ajv'

export const newNoteSchema = {
  type: 'object',
  properties: {
    title: { type: 'string', minLength: 1, maxLength: 200 },
    body: { type: 'string', maxLength: 4000 },
    published: { type: 'boolean' },
  },
  required: ['title', 'body', 'published'],
  additionalProperties: false,
}

/** Returns true, or false. */
export const isNewNote = new Ajv({ allErrors: true }).compile(newNoteSchema)
