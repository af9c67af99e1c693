/** Drizzle over libsql, prepared. */
import { createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
import { url } from '../app/environment.mjs'
import { prepared } from './sqlite-prepared.mjs'

export const { list, one, insert } = prepared(drizzle({ client: createClient({ url }) }))
