/** node-postgres with statements that have names, which it prepares. */
import pg from 'pg'
import { connections, url } from '../app/environment.mjs'
import * as statements from '../app/sql.mjs'

// By default it closes connections after 10 s without work, which is how long a server waits while the others are measured.
const pool = new pg.Pool({ connectionString: url, max: connections, idleTimeoutMillis: 0 })

async function rows(name, text, values) {
  return (await pool.query({ name, text, values })).rows
}

export const list = () => rows('list', statements.list)

export const one = async (id) => (await rows('one', statements.one, [id]))[0]

export const insert = async ({ title, body, published }) =>
  (await rows('insert', statements.insert, [title, body, published]))[0]

export const world = async (id) => (await rows('world', statements.world, [id]))[0]

export const fortunes = () => rows('fortunes', statements.fortunes)

export const update = (worlds) =>
  rows(`update ${worlds.length}`, statements.update(worlds.length), statements.updated(worlds))
