/** Queries that Rust runs over PostgreSQL. */
import { drizzle } from 'drizzle-orm/postgres-js'
import { native } from '../../../native-core/dist/postgres.js'
import { url } from '../app/environment.mjs'
import { options } from '../app/ours.mjs'
import { queries } from '../app/queries.mjs'
import * as tables from '../app/tables.mjs'

export const client = native(url, options)
export const { list, one, insert, world, fortunes } = queries(drizzle(client), tables)
