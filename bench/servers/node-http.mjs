/** Bare node:http with a hand-written router: the least a Node server can do for these scenarios. Files by `send`, WebSocket by `ws`. */
import http from 'node:http'
import https from 'node:https'
import sendFile from 'send'
import { WebSocketServer } from 'ws'
import { eventBytes } from '../app/events.mjs'
import { wait } from '../app/limit.mjs'
import { listening } from '../app/listening.mjs'
import { files, tls } from '../app/made.mjs'
import { corsHeaders, origin } from '../app/origin.mjs'
import { verify } from '../app/verifier.mjs'
import { invalid, isNote, notFound, tooMany, unauthorized } from '../app/violations.mjs'

function send(response, status, body, type = 'application/json') {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}

function note(request, response) {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const value = JSON.parse(Buffer.concat(chunks).toString())
    if (!isNote(value)) return send(response, 422, JSON.stringify(invalid(isNote.errors)))
    send(response, 200, JSON.stringify({ title: value.title, tags: value.tags.length }))
  })
}

function account(request, response) {
  const header = request.headers.authorization
  if (!header?.startsWith('Bearer ')) return send(response, 401, unauthorized)
  let claims
  try {
    claims = verify(header.slice(7))
  } catch {
    return send(response, 401, unauthorized)
  }
  send(response, 200, JSON.stringify({ sub: claims.sub }))
}

async function later(response) {
  const value = await Promise.resolve({ message: 'Hello, World!' })
  send(response, 200, JSON.stringify(value))
}

async function stream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  for await (const event of eventBytes()) response.write(event)
  response.end()
}

function limited(request, response) {
  const seconds = wait(request.socket.remoteAddress)
  if (seconds === 0) return send(response, 200, '{}')
  response.setHeader('retry-after', String(seconds))
  send(response, 429, tooMany, 'application/problem+json')
}

function answer(request, response) {
  const { url, method } = request
  if (url === '/json') return send(response, 200, JSON.stringify({ message: 'Hello, World!' }))
  if (url === '/plaintext') return send(response, 200, 'Hello, World!', 'text/plain')
  if (url === '/async') return later(response)
  if (url === '/private') return account(request, response)
  if (url === '/notes' && method === 'POST') return note(request, response)
  if (url === '/limited') return limited(request, response)
  if (url === '/events') return stream(response)
  if (url.startsWith('/users/')) return send(response, 200, JSON.stringify({ id: decodeURIComponent(url.slice(7)) }))
  if (url.startsWith('/files/')) return sendFile(request, url.slice(7), { root: files }).pipe(response)
  send(response, 404, notFound, 'application/problem+json')
}

function answerAcross(request, response) {
  if (request.headers.origin === origin) for (const name in corsHeaders) response.setHeader(name, corsHeaders[name])
  answer(request, response)
}

const sockets = new WebSocketServer({ noServer: true })
const main = http.createServer(answer).on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (peer) => {
    peer.on('message', (data, binary) => peer.send(data, { binary }))
  }),
)

function listen(server) {
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)))
}

listening({
  main: await listen(main),
  cors: await listen(http.createServer(answerAcross)),
  tls: await listen(https.createServer(tls(), answer)),
})
