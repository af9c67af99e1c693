/** Bun.serve with its native router, and Ajv. */
import { eventBytes } from '../app/events.mjs'
import { wait } from '../app/limit.mjs'
import { listening } from '../app/listening.mjs'
import { files, tls } from '../app/made.mjs'
import { corsHeaders, origin } from '../app/origin.mjs'
import { verify } from '../app/verifier.mjs'
import { invalid, isNote, notFound, tooMany, unauthorized } from '../app/violations.mjs'

const problem = { 'content-type': 'application/problem+json' }

function account(request) {
  const header = request.headers.get('authorization')
  if (!header?.startsWith('Bearer ')) return new Response(unauthorized, { status: 401, headers: problem })
  try {
    return Response.json({ sub: verify(header.slice(7)).sub })
  } catch {
    return new Response(unauthorized, { status: 401, headers: problem })
  }
}

async function note(request) {
  const value = await request.json()
  if (!isNote(value)) return Response.json(invalid(isNote.errors), { status: 422 })
  return Response.json({ title: value.title, tags: value.tags.length })
}

function limited(request, server) {
  const seconds = wait(server.requestIP(request).address)
  if (seconds === 0) return Response.json({})
  return new Response(tooMany, { status: 429, headers: { ...problem, 'retry-after': String(seconds) } })
}

function stream() {
  return new Response(eventBytes(), { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } })
}

function across(request) {
  const headers = request.headers.get('origin') === origin ? corsHeaders : {}
  return Response.json({ message: 'Hello, World!' }, { headers })
}

const base = {
  port: 0,
  hostname: '127.0.0.1',
  routes: {
    '/json': () => Response.json({ message: 'Hello, World!' }),
    '/plaintext': () => new Response('Hello, World!'),
    '/async': async () => Response.json(await Promise.resolve({ message: 'Hello, World!' })),
    '/users/:id': (request) => Response.json({ id: request.params.id }),
    '/notes': { POST: note },
    '/private': account,
    '/limited': limited,
    '/events': stream,
    '/files/:name': (request) => new Response(Bun.file(`${files}/${request.params.name}`)),
    '/ws': (request, server) => (server.upgrade(request) ? undefined : new Response(notFound, { status: 404 })),
  },
  websocket: { message: (socket, message) => void socket.send(message) },
  fetch: () => new Response(notFound, { status: 404, headers: problem }),
}

listening({
  main: Bun.serve(base).port,
  cors: Bun.serve({ ...base, routes: { '/json': across } }).port,
  tls: Bun.serve({ ...base, tls: tls() }).port,
})
