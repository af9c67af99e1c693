/** postgres.js as its documentation has it, which prepares what it is asked. */
import postgres from 'postgres'
import { connections, url } from '../app/environment.mjs'
import { tagged } from './tagged.mjs'

export const { list, one, insert, world, fortunes, update } = tagged(postgres(url, { max: connections }))
