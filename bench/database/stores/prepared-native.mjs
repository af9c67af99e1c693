/** Drizzle over our own client, prepared. */
import { drizzle } from 'drizzle-orm/postgres-js'
import { native } from '../../../native-core/dist/postgres.js'
import { url } from '../app/environment.mjs'
import { options } from '../app/ours.mjs'
import { prepared } from './prepared.mjs'

export const { list, one, insert, world, fortunes, update } = prepared(drizzle(native(url, options)))
