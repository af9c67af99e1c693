/** The statements by hand over our own client. */
import { native } from '../../../native-core/dist/postgres.js'
import { url } from '../app/environment.mjs'
import { options } from '../app/ours.mjs'
import * as statements from '../app/sql.mjs'

const client = native(url, options)

export const list = () => client.unsafe(statements.list)

export const one = async (id) => (await client.unsafe(statements.one, [id]))[0]

export const insert = async ({ title, body, published }) =>
  (await client.unsafe(statements.insert, [title, body, published]))[0]

export const world = async (id) => (await client.unsafe(statements.world, [id]))[0]

export const fortunes = () => client.unsafe(statements.fortunes)

export const update = (worlds) => client.unsafe(statements.update(worlds.length), statements.updated(worlds))
