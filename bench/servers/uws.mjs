/** uWebSockets.js by hand: corked writes, Ajv, fast-jwt, files from memory. Its addon is chosen by Node's ABI number. */
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { eventBytes } from '../app/events.mjs'
import { wait } from '../app/limit.mjs'
import { listening } from '../app/listening.mjs'
import { certFile, files, keyFile } from '../app/made.mjs'
import { corsHeaders, origin } from '../app/origin.mjs'
import { verify } from '../app/verifier.mjs'
import { invalid, isNote, notFound, tooMany, unauthorized } from '../app/violations.mjs'

const uws = createRequire(import.meta.url)(
  `@trufflesuite/uws-js-unofficial/dist/uws_linux_x64_${process.versions.modules}.node`,
)

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

async function stream(response) {
  let open = true
  response.onAborted(() => {
    open = false
  })
  response.cork(() =>
    response.writeHeader('Content-Type', 'text/event-stream').writeHeader('Cache-Control', 'no-cache'),
  )
  for await (const event of eventBytes()) if (open) response.cork(() => response.write(event))
  if (open) response.cork(() => response.end())
}

function limited(response) {
  const seconds = wait(Buffer.from(response.getRemoteAddress()).toString('latin1'))
  if (seconds === 0) return ok(response, {})
  response.writeStatus('429 Too Many Requests').writeHeader('Retry-After', String(seconds))
  response.writeHeader('Content-Type', 'application/problem+json').end(tooMany)
}

/** Both files with what conditional requests ask about. */
const cached = Object.fromEntries(
  ['small.bin', 'large.bin'].map((name) => {
    const { size, mtime } = statSync(`${files}/${name}`)
    const etag = `"${size.toString(16)}-${mtime.getTime().toString(16)}"`
    return [name, { bytes: readFileSync(`${files}/${name}`), etag, modified: mtime.toUTCString() }]
  }),
)

function file(response, request) {
  const found = cached[request.getParameter(0)]
  if (!found) return refuse(response, '404 Not Found', notFound)
  if (request.getHeader('if-none-match') === found.etag) return response.writeStatus('304 Not Modified').end()
  response.onAborted(() => {})
  response.writeHeader('Content-Type', 'application/octet-stream').writeHeader('ETag', found.etag)
  response.writeHeader('Last-Modified', found.modified).end(found.bytes)
}

function across(handle) {
  return (response, request) => {
    if (request.getHeader('origin') === origin)
      for (const name in corsHeaders) response.writeHeader(name, corsHeaders[name])
    handle(response, request)
  }
}

const json = (response) => ok(response, { message: 'Hello, World!' })

function routes(app) {
  return app
    .get('/json', json)
    .get('/plaintext', (response) => response.writeHeader('Content-Type', 'text/plain').end('Hello, World!'))
    .get('/async', later)
    .get('/users/:id', (response, request) => ok(response, { id: request.getParameter(0) }))
    .post('/notes', note)
    .get('/private', account)
    .get('/limited', limited)
    .get('/events', stream)
    .get('/files/:name', file)
    .ws('/ws', { message: (socket, message, binary) => socket.send(message, binary) })
    .any('/*', (response) => refuse(response, '404 Not Found', notFound))
}

function listen(app) {
  return new Promise((done) => app.listen('127.0.0.1', 0, (token) => done(uws.us_socket_local_port(token))))
}

listening({
  main: await listen(routes(uws.App())),
  cors: await listen(uws.App().get('/json', across(json))),
  tls: await listen(routes(uws.SSLApp({ key_file_name: keyFile, cert_file_name: certFile }))),
})
