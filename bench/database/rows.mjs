/** What is in the tables when a measurement begins. */

/** Rows of `world`, with ids from 1. */
export const WORLDS = 10_000

const subjects = [
  'harbour wall',
  'fish market',
  'old mill',
  'ferry',
  'tide tables',
  'lighthouse',
  'net loft',
  'quay',
  'dry dock',
  'pilots',
]

const body = 'The wall shall be "three metres" high, and of local stone.'

/** The notes as they are answered, in the order of their ids. */
export const notes = subjects.map((subject, index) => ({
  id: index + 1,
  title: `Minutes on the ${subject}`,
  body,
  published: index % 3 !== 0,
  createdAt: new Date(Date.UTC(2026, 0, 1 + index, 9, 30, 15, 123 + index)).toISOString(),
}))

/** What a client posts. */
export const newNote = { title: 'Minutes on the slipway', body, published: true }

/** The messages of `fortune`, ids from 1: one is an attack, one is not ASCII. */
export const fortunes = [
  'A ship in harbour is safe, and late.',
  'He who measures twice discards the first.',
  'Any queue is short if you look at one end of it.',
  'The slowest part of a program is the one that nobody timed.',
  "It isn't cached until it is stale.",
  'Premature "optimisation" & belated regret are neighbours.',
  'Two locks in two orders make one long night.',
  'What the index does not know, the disk will tell.',
  'Trust the planner, but read the plan.',
  'Every timeout is somebody’s guess.',
  '<script>alert("This must be text, not a program.");</script>',
  'データベースは嘘をつかない',
]

/** The one that every answer adds. */
export const addedFortune = 'Additional fortune added at request time.'
