/** uWebSockets.js by hand: corked writes and Ajv, over the store that is named. */
import { createRequire } from 'node:module'
import { listening } from '../../app/listening.mjs'
import { isNewNote } from '../app/new-note.mjs'
import { fortunePage, htmlType } from '../app/page.mjs'
import { anyWorld, changeWorlds, countOf, someWorlds } from '../app/worlds.mjs'
import { chosenStore } from '../stores/store.mjs'

const uws = createRequire(import.meta.url)(
  `@trufflesuite/uws-js-unofficial/dist/uws_linux_x64_${process.versions.modules}.node`,
)
const store = await chosenStore()

function send(response, status, type, body) {
  response.cork(() => response.writeStatus(status).writeHeader('Content-Type', type).end(body))
}

const json = (response, status, value) => send(response, status, 'application/json', JSON.stringify(value))

/** Answers with what `make` resolves to; the request itself is gone by then. */
async function later(response, make, answer = (value) => json(response, '200 OK', value)) {
  let open = true
  response.onAborted(() => {
    open = false
  })
  try {
    const value = await make()
    if (open) answer(value)
  } catch (error) {
    console.error(error)
    if (open) json(response, '500 Internal Server Error', { status: 500 })
  }
}

function one(response, request) {
  const id = Number(request.getParameter(0))
  if (!Number.isInteger(id)) return json(response, '422 Unprocessable Content', { status: 422 })
  later(
    response,
    () => store.one(id),
    (note) => (note ? json(response, '200 OK', note) : json(response, '404 Not Found', { status: 404 })),
  )
}

function bodyOf(response) {
  return new Promise((resolve) => {
    let text = ''
    response.onData((chunk, last) => {
      text += Buffer.from(chunk).toString()
      if (last) resolve(text)
    })
  })
}

function add(response) {
  const body = bodyOf(response)
  const insert = async () => {
    const note = JSON.parse(await body)
    return isNewNote(note) ? store.insert(note) : undefined
  }
  later(response, insert, (note) =>
    note ? json(response, '201 Created', note) : json(response, '422 Unprocessable Content', { status: 422 }),
  )
}

function fortunes(response) {
  later(
    response,
    async () => fortunePage(await store.fortunes()),
    (page) => send(response, '200 OK', htmlType, page),
  )
}

const app = uws
  .App()
  .get('/notes', (response) => void later(response, store.list))
  .get('/notes/:id', one)
  .post('/notes', add)
  .get('/db', (response) => void later(response, () => anyWorld(store)))
  .get('/queries', (response, request) => {
    const count = countOf(request.getQuery('queries'))
    later(response, () => someWorlds(store, count))
  })
  .get('/updates', (response, request) => {
    const count = countOf(request.getQuery('queries'))
    later(response, () => changeWorlds(store, count))
  })
  .get('/fortunes', fortunes)

app.listen('127.0.0.1', 0, (token) => listening({ main: uws.us_socket_local_port(token) }))
