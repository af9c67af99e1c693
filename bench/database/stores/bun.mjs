/** Bun's own client, which prepares what it is asked. */
import { SQL } from 'bun'
import { connections, url } from '../app/environment.mjs'
import { tagged } from './tagged.mjs'

export const { list, one, insert, world, fortunes, update } = tagged(new SQL(url, { max: connections }))
