/** Bun's own SQLite, whose statements are prepared once and answer at once. */

import { Database } from 'bun:sqlite'
import { fileURLToPath } from 'node:url'
import { url } from '../app/environment.mjs'

const db = new Database(fileURLToPath(url))
const columns = 'id, title, body, published, created_at as createdAt'
const all = db.prepare(`select ${columns} from notes order by id limit 10`)
const byId = db.prepare(`select ${columns} from notes where id = ?`)
const add = db.prepare(`insert into notes (title, body, published) values (?, ?, ?) returning ${columns}`)

const noteOf = (row) => row && { ...row, published: row.published === 1, createdAt: new Date(row.createdAt) }

export const list = () => all.all().map(noteOf)

export const one = (id) => noteOf(byId.get(id))

export const insert = ({ title, body, published }) => noteOf(add.get(title, body, published))
