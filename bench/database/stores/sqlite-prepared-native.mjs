/** Drizzle over our own client of SQLite, prepared. */
import { drizzle } from 'drizzle-orm/libsql'
import { native } from '../../../native-core/dist/sqlite.js'
import { url } from '../app/environment.mjs'
import { prepared } from './sqlite-prepared.mjs'

export const { list, one, insert } = prepared(drizzle({ client: native(url) }))
