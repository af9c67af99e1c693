/** Drizzle over postgres.js, prepared. */
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { connections, url } from '../app/environment.mjs'
import { prepared } from './prepared.mjs'

export const { list, one, insert, world, fortunes, update } = prepared(drizzle(postgres(url, { max: connections })))
