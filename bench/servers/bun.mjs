/** Bun.serve with its native router, and Ajv. */
import { createVerifier } from 'fast-jwt'
import { secret } from '../app/token.mjs'
import { invalid, isNote, notFound, unauthorized } from '../app/violations.mjs'

const verify = createVerifier({ key: secret, algorithms: ['HS256'] })
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

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  routes: {
    '/json': () => Response.json({ message: 'Hello, World!' }),
    '/plaintext': () => new Response('Hello, World!'),
    '/async': async () => Response.json(await Promise.resolve({ message: 'Hello, World!' })),
    '/users/:id': (request) => Response.json({ id: request.params.id }),
    '/notes': { POST: note },
    '/private': account,
  },
  fetch: () => new Response(notFound, { status: 404, headers: problem }),
})
console.log(`listening ${server.port}`)
