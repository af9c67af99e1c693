import createFetchClient, { type Client, type ClientOptions } from 'openapi-fetch'
import type { paths } from './schema.d.ts'

/** Typed calls of this API, in a browser or a program. The script `openapi` makes the types. */
export function createClient(options: ClientOptions): Client<paths> {
  return createFetchClient<paths>(options)
}
