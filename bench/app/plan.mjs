/** The application as our engine without Node reads it: what `createApp` would compile from `servers/ours.mjs`. */
import { noteSchema } from './note.mjs'
import { secret } from './token.mjs'

const open = {
  kind: 'handler',
  params: null,
  query: null,
  headers: null,
  cookies: null,
  body: null,
  bodyBytes: null,
  streamBody: false,
  auths: [],
  onMissing: 'reject',
  askCookies: [],
  guards: [],
  status: 200,
}

const routes = [
  { ...open, method: 'GET', path: '/json' },
  { ...open, method: 'GET', path: '/plaintext' },
  { ...open, method: 'GET', path: '/async' },
  { ...open, method: 'GET', path: '/users/:id' },
  { ...open, method: 'POST', path: '/notes', body: { schema: noteSchema, required: true } },
  { ...open, method: 'GET', path: '/private', auths: [0] },
]

const bearer = {
  kind: 'jwt',
  algorithms: ['HS256'],
  jwks: { keys: [{ kty: 'oct', alg: 'HS256', k: Buffer.from(secret).toString('base64url') }] },
  issuer: null,
  audience: null,
  leeway: 0,
  from: { kind: 'bearer' },
  required: [],
}

/** All default limits on. */
export const plan = {
  limits: {},
  securityHeaders: [],
  cors: null,
  trustedProxies: [],
  auths: [bearer],
  routes: routes.map((route, id) => ({ id, ...route })),
}
