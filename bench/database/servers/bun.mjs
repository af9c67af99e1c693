/** Bun.serve with its native router and Ajv, over the store that is named. */
import { listening } from '../../app/listening.mjs'
import { isNewNote } from '../app/new-note.mjs'
import { fortunePage, htmlType } from '../app/page.mjs'
import { anyWorld, changeWorlds, countOf, someWorlds } from '../app/worlds.mjs'
import { chosenStore } from '../stores/store.mjs'

const store = await chosenStore()

const refused = (status) => Response.json({ status }, { status })
const html = { headers: { 'content-type': htmlType } }
const countIn = (request) => countOf(new URL(request.url).searchParams.get('queries'))

async function one(request) {
  const id = Number(request.params.id)
  if (!Number.isInteger(id)) return refused(422)
  const note = await store.one(id)
  return note ? Response.json(note) : refused(404)
}

async function add(request) {
  const note = await request.json()
  if (!isNewNote(note)) return refused(422)
  return Response.json(await store.insert(note), { status: 201 })
}

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  routes: {
    '/notes': { GET: async () => Response.json(await store.list()), POST: add },
    '/notes/:id': one,
    '/db': async () => Response.json(await anyWorld(store)),
    '/queries': async (request) => Response.json(await someWorlds(store, countIn(request))),
    '/updates': async (request) => Response.json(await changeWorlds(store, countIn(request))),
    '/fortunes': async () => new Response(fortunePage(await store.fortunes()), html),
  },
  fetch: () => refused(404),
})
listening({ main: server.port })
