/** Bare node:http with a hand-written router, over the store that is named. */
import http from 'node:http'
import { listening } from '../../app/listening.mjs'
import { isNewNote } from '../app/new-note.mjs'
import { fortunePage, htmlType } from '../app/page.mjs'
import { anyWorld, changeWorlds, countOf, someWorlds } from '../app/worlds.mjs'
import { chosenStore } from '../stores/store.mjs'

const store = await chosenStore()

function send(response, status, body, type) {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}

const json = (response, value, status = 200) => send(response, status, JSON.stringify(value), 'application/json')

async function one(response, text) {
  const id = Number(text)
  if (!Number.isInteger(id)) return json(response, { status: 422 }, 422)
  const note = await store.one(id)
  return note ? json(response, note) : json(response, { status: 404 }, 404)
}

async function add(request, response) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const note = JSON.parse(Buffer.concat(chunks).toString())
  if (!isNewNote(note)) return json(response, { status: 422 }, 422)
  json(response, await store.insert(note), 201)
}

async function answer(request, response) {
  const { url, method } = request
  if (url === '/notes') return method === 'POST' ? add(request, response) : json(response, await store.list())
  if (url.startsWith('/notes/')) return one(response, url.slice('/notes/'.length))
  if (url === '/db') return json(response, await anyWorld(store))
  if (url === '/fortunes') return send(response, 200, fortunePage(await store.fortunes()), htmlType)
  const [path, query] = url.split('?')
  const count = countOf(new URLSearchParams(query).get('queries'))
  if (path === '/queries') return json(response, await someWorlds(store, count))
  if (path === '/updates') return json(response, await changeWorlds(store, count))
  json(response, { status: 404 }, 404)
}

const server = http.createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error)
    json(response, { status: 500 }, 500)
  })
})
server.listen(0, '127.0.0.1', () => listening({ main: server.address().port }))
