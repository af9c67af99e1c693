/** Queries that Rust runs over SQLite. */
import { drizzle } from 'drizzle-orm/libsql'
import { native } from '../../../native-core/dist/sqlite.js'
import { url } from '../app/environment.mjs'
import { queries } from '../app/queries.mjs'
import * as tables from '../app/sqlite-tables.mjs'

export const client = native(url)
export const { list, one, insert } = queries(drizzle({ client }), tables)
