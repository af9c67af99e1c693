/** What `--suite` names. */
import { database } from './suites/database.mjs'
import { http } from './suites/http.mjs'
import { sqlite } from './suites/sqlite.mjs'

/** @type {Record<string, import('./harness/suite.mjs').Suite>} */
export const suites = { http, database, sqlite }
