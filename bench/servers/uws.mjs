/** uWebSockets.js by hand: corked writes, Ajv, fast-jwt. Its addon is chosen by Node's ABI number. */
import { createRequire } from 'node:module'
import { createVerifier } from 'fast-jwt'
import { secret } from '../app/token.mjs'
import { invalid, isNote, notFound, unauthorized } from '../app/violations.mjs'

const uws = createRequire(import.meta.url)(
  `@trufflesuite/uws-js-unofficial/dist/uws_linux_x64_${process.versions.modules}.node`,
)
const verify = createVerifier({ key: secret, algorithms: ['HS256'] })

const ok = (response, value) => response.writeHeader('Content-Type', 'application/json').end(JSON.stringify(value))

const refuse = (response, status, body) =>
  response.writeStatus(status).writeHeader('Content-Type', 'application/problem+json').end(body)

function note(response) {
  let text = ''
  response.onAborted(() => {})
  response.onData((chunk, last) => {
    text += Buffer.from(chunk).toString()
    if (!last) return
    const value = JSON.parse(text)
    response.cork(() => {
      if (!isNote(value)) return refuse(response, '422 Unprocessable Content', JSON.stringify(invalid(isNote.errors)))
      ok(response, { title: value.title, tags: value.tags.length })
    })
  })
}

function account(response, request) {
  const header = request.getHeader('authorization')
  if (!header.startsWith('Bearer ')) return refuse(response, '401 Unauthorized', unauthorized)
  let claims
  try {
    claims = verify(header.slice(7))
  } catch {
    return refuse(response, '401 Unauthorized', unauthorized)
  }
  ok(response, { sub: claims.sub })
}

async function later(response) {
  let open = true
  response.onAborted(() => {
    open = false
  })
  const value = await Promise.resolve({ message: 'Hello, World!' })
  if (open) response.cork(() => ok(response, value))
}

uws
  .App()
  .get('/json', (response) => ok(response, { message: 'Hello, World!' }))
  .get('/plaintext', (response) => response.writeHeader('Content-Type', 'text/plain').end('Hello, World!'))
  .get('/async', later)
  .get('/users/:id', (response, request) => ok(response, { id: request.getParameter(0) }))
  .post('/notes', note)
  .get('/private', account)
  .any('/*', (response) => refuse(response, '404 Not Found', notFound))
  .listen('127.0.0.1', 0, (token) => console.log(`listening ${uws.us_socket_local_port(token)}`))
