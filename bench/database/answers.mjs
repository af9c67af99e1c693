/** What the answers must be, in whatever way a server writes JSON, instants or entities. */
import { isDeepStrictEqual } from 'node:util'
import { addedFortune, fortunes, newNote, notes, WORLDS } from './rows.mjs'

const HOUR = 3_600_000
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,}(?:Z|[+-]\d\d:\d\d)$/

export const noteList = json(notes, (value) => Array.isArray(value) && isDeepStrictEqual(value.map(inUtc), notes))

export const oneNote = (id) => json(notes[id - 1], (value) => isDeepStrictEqual(inUtc(value), notes[id - 1]))

/** The note that was posted, with a new id and the time of now. */
export const postedNote = json(newNote, ({ id, createdAt, ...rest }) => {
  const isRecent = instant.test(createdAt) && Math.abs(Date.now() - Date.parse(createdAt)) < HOUR
  return Number.isInteger(id) && id > notes.length && isRecent && isDeepStrictEqual(rest, newNote)
})

export const oneWorld = json('a row of "world"', isWorld)

export const manyWorlds = (rows) =>
  json(`${rows} rows of "world"`, (value) => Array.isArray(value) && value.length === rows && value.every(isWorld))

/** All fortunes and one more by their messages, safe to show. */
export const fortunePage = { test: (body) => plain(body).includes(rows()), toString: rows }

function json(expected, isRight) {
  return {
    test(body) {
      try {
        return isRight(JSON.parse(body))
      } catch {
        return false
      }
    },
    toString: () => (typeof expected === 'string' ? expected : JSON.stringify(expected)),
  }
}

/** A note with its time as JavaScript writes it. */
function inUtc(note) {
  if (!instant.test(note.createdAt)) return note
  return { ...note, createdAt: new Date(note.createdAt).toISOString() }
}

function isWorld(value) {
  const inTable = (number) => Number.isInteger(number) && number >= 1 && number <= WORLDS
  return inTable(value.id) && inTable(value.randomNumber) && Object.keys(value).length === 2
}

/** The same signs by the same entities, without the white space that templates leave between tags. */
function plain(html) {
  const alike = html.replaceAll('&#34;', '&quot;').replace(/&#39;|&#x27;|&apos;/g, "'")
  return alike.replace(/>\s+</g, '><')
}

function rows() {
  const all = [...fortunes.entries()].map(([index, message]) => ({ id: index + 1, message }))
  all.push({ id: 0, message: addedFortune })
  all.sort((a, b) => (a.message < b.message ? -1 : 1))
  const safe = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
  return all.map(({ id, message }) => `<tr><td>${id}</td><td>${safe(message)}</td></tr>`).join('')
}
