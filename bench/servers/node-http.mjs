/** Bare node:http with a hand-written router: the least a Node server can do for these scenarios. */
import http from 'node:http'
import { createVerifier } from 'fast-jwt'
import { secret } from '../app/token.mjs'
import { invalid, isNote, notFound, unauthorized } from '../app/violations.mjs'

const verify = createVerifier({ key: secret, algorithms: ['HS256'] })

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

const server = http.createServer((request, response) => {
  const { url, method } = request
  if (url === '/json') return send(response, 200, JSON.stringify({ message: 'Hello, World!' }))
  if (url === '/plaintext') return send(response, 200, 'Hello, World!', 'text/plain')
  if (url === '/async') return later(response)
  if (url === '/private') return account(request, response)
  if (url === '/notes' && method === 'POST') return note(request, response)
  if (url.startsWith('/users/')) return send(response, 200, JSON.stringify({ id: decodeURIComponent(url.slice(7)) }))
  send(response, 404, notFound, 'application/problem+json')
})
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
