/** What our servers have in common: what a request must be, and how they listen. */
import { z } from 'zod'
import { listening } from '../../app/listening.mjs'
import { connections } from './environment.mjs'

/** Of our client. 64 requests of 20 queries each wait at once, more than it takes by default. */
export const options = { max: connections, queue: 2000 }

export const NewNote = z.strictObject({
  title: z.string().min(1).max(200),
  body: z.string().max(4000),
  published: z.boolean(),
})

export const NoteId = z.object({ id: z.int() })

export async function listen(app) {
  const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
  if (app.host !== 'native') throw new Error(`the figures are those of the native core, but the host is "${app.host}"`)
  listening({ main: port })
}
