/** The body of the POST scenarios: 1 KiB of JSON that `schema.json` accepts, and the same with three violations. */
import { readFileSync } from 'node:fs'

export const noteSchema = JSON.parse(readFileSync(new URL('./schema.json', import.meta.url), 'utf8'))

const BYTES = 1024

const note = {
  title: 'Minutes of the meeting on the new harbour wall',
  content: '',
  priority: 3,
  done: false,
  author: { name: 'Ada Lovelace', email: 'ada@example.com' },
  tags: ['harbour', 'minutes', 'construction', 'spring', 'budget', 'review', 'public', 'draft'],
}

/** A valid note of exactly 1 KiB. */
export const goodNote = JSON.stringify(padded(note))

/** The same size with a priority out of range, a malformed e-mail and an unknown property. */
export const badNote = JSON.stringify(
  padded({ ...note, priority: 9, author: { ...note.author, email: 'nobody' }, colour: 'red' }),
)

function padded(value) {
  const missing = BYTES - JSON.stringify(value).length
  const sentence = 'The wall shall be three metres high, built of local stone, and finished before the autumn storms. '
  return { ...value, content: sentence.repeat(Math.ceil(missing / sentence.length)).slice(0, missing) }
}
