/** What is asked of every server that has a database: one row per scenario, in the order of the tables. */
import { fortunePage, manyWorlds, noteList, oneNote, oneWorld, postedNote } from './answers.mjs'
import { newNote } from './rows.mjs'

const ROWS = 20

/** @type {import('../harness/scenario.mjs').Scenario[]} */
export const scenarios = [
  { id: 'list', title: 'List of 10 rows', path: '/notes', status: 200, answer: noteList },
  { id: 'one', title: 'One row', path: '/notes/7', status: 200, answer: oneNote(7) },
  {
    id: 'insert',
    title: 'Insert a row',
    path: '/notes',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(newNote),
    status: 201,
    answer: postedNote,
    writes: true,
  },
  { id: 'db', title: 'TechEmpower, one query', path: '/db', status: 200, answer: oneWorld },
  {
    id: 'queries',
    title: `TechEmpower, ${ROWS} queries`,
    path: `/queries?queries=${ROWS}`,
    status: 200,
    answer: manyWorlds(ROWS),
  },
  { id: 'fortunes', title: 'TechEmpower, fortunes', path: '/fortunes', status: 200, answer: fortunePage },
  {
    id: 'updates',
    title: `TechEmpower, ${ROWS} updates`,
    path: `/updates?queries=${ROWS}`,
    status: 200,
    answer: manyWorlds(ROWS),
    writes: true,
  },
]
