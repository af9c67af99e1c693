import type { Answer, Ask, Case } from '../case.ts'
import { bearer, good, signed, token } from '../tokens.ts'

const ask = (url: string, authorization?: string): Ask => ({
  url,
  headers: authorization === undefined ? {} : { authorization },
})
const cookie = (url: string, value: string): Ask => ({ url, headers: { cookie: value } })
const missing: Answer = { status: 401, code: 'unauthorized', headers: { 'www-authenticate': 'Bearer' } }
const bad: Answer = {
  status: 401,
  code: 'unauthorized',
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
}
const forbidden: Answer = { status: 403, code: 'forbidden' }
const now = Math.floor(Date.now() / 1000)
const { exp: _exp, ...timeless } = good

const claims = JSON.stringify(good)
const header = '{"alg":"HS256"}'
/** Tokens with the right signature, which one reader may take for something else than another. */
const odd: Record<string, string> = {
  'alg twice': signed('{"alg":"none","alg":"HS256"}', claims),
  'exp twice': signed(header, claims.replace('{', '{"exp":1,')),
  'an unencoded payload': signed('{"alg":"HS256","b64":false}', claims),
  'a critical extension': signed('{"alg":"HS256","crit":["exp"],"exp":1}', claims),
  'a kid that is no text': signed('{"alg":"HS256","kid":1}', claims),
  'a list as claims': signed(header, `[${claims}]`),
  'claims nested too deeply': signed(header, claims.replace('}', `,"deep":${'['.repeat(40)}${']'.repeat(40)}}`)),
  'a time beyond all numbers': signed(header, claims.replace(/"exp":\d+/, '"exp":1e400')),
  'a time as text': signed(header, claims.replace(/"exp":(\d+)/, '"exp":"$1"')),
  'padding behind its signature': `${token(good)}=`,
  'a signature that is spelt in another way': respelt(token(good)),
  'a fourth part': `${token(good)}.`,
}

/** With other unused bits in its last character: a lax decoder finds the same bytes. */
function respelt(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.slice(-1)) + 1]}`
}

export const auth: Case[] = [
  ...Object.entries(odd).map(
    ([what, text]): Case => ({
      title: `refuses a token with ${what}`,
      ask: ask('/private', `Bearer ${text}`),
      answer: bad,
      native: true,
    }),
  ),
  { title: 'admits a good token', ask: ask('/private', bearer(good)), answer: { status: 200, body: { sub: 'ann' } } },
  { title: 'reads the scheme in any case', ask: ask('/private', `bEARER ${token(good)}`), answer: { status: 200 } },
  { title: 'answers 401 without a token', ask: ask('/private'), answer: missing, native: true },
  { title: 'answers 401 to another scheme', ask: ask('/private', 'Basic YTpi'), answer: missing, native: true },
  { title: 'answers 401 to garbage', ask: ask('/private', 'Bearer x.y.z'), answer: bad, native: true },
  {
    title: 'refuses a wrong signature',
    ask: ask('/private', bearer(good, { key: 'another secret of at least 32 bytes....' })),
    answer: bad,
    native: true,
  },
  { title: 'refuses alg none', ask: ask('/private', bearer(good, { alg: 'none' })), answer: bad, native: true },
  {
    title: 'refuses an algorithm that is not listed',
    ask: ask('/private', bearer(good, { alg: 'HS512' })),
    answer: bad,
    native: true,
  },
  {
    title: 'refuses an expired token',
    ask: ask('/private', bearer({ ...good, exp: now - 10 })),
    answer: bad,
    native: true,
  },
  { title: 'refuses a token without exp', ask: ask('/private', bearer(timeless)), answer: bad, native: true },
  {
    title: 'refuses a token that is not valid yet',
    ask: ask('/private', bearer({ ...good, nbf: now + 1_000 })),
    answer: bad,
    native: true,
  },
  {
    title: 'refuses another issuer',
    ask: ask('/private', bearer({ ...good, iss: 'https://evil.example' })),
    answer: bad,
    native: true,
  },
  {
    title: 'refuses another audience',
    ask: ask('/private', bearer({ ...good, aud: 'other' })),
    answer: bad,
    native: true,
  },
  {
    title: 'accepts the audience among several',
    ask: ask('/private', bearer({ ...good, aud: ['x', 'contract'] })),
    answer: { status: 200 },
  },
  { title: 'checks HEAD as GET', ask: { method: 'HEAD', url: '/private' }, answer: { status: 401 }, native: true },
  {
    title: 'does not ask for a token on OPTIONS',
    ask: { method: 'OPTIONS', url: '/private' },
    answer: { status: 204 },
    native: true,
  },
  {
    title: 'admits a claim that a guard requires',
    ask: ask('/admin/users', bearer(good)),
    answer: { status: 200, body: { sub: 'ann' } },
  },
  {
    title: 'answers 403 to another role',
    ask: ask('/admin/users', bearer({ ...good, role: 'user' })),
    answer: forbidden,
    native: true,
  },
  {
    title: 'answers 403 without the claim',
    ask: ask('/admin/users', bearer({ ...good, role: undefined })),
    answer: forbidden,
    native: true,
  },
  {
    title: 'looks into a list of roles',
    ask: ask('/admin/users', bearer({ ...good, role: ['user', 'admin'] })),
    answer: { status: 200 },
  },
  { title: 'answers 401 before 403', ask: ask('/admin/users'), answer: missing, native: true },
  { title: 'follows a dotted claim', ask: ask('/admin/deep', bearer(good)), answer: { status: 200 } },
  {
    title: 'answers 403 to another value of a dotted claim',
    ask: ask('/admin/deep', bearer({ ...good, org: { plan: 'free' } })),
    answer: forbidden,
    native: true,
  },
  {
    title: 'holds the guard of the group too',
    ask: ask('/admin/deep', bearer({ ...good, role: 'user' })),
    answer: forbidden,
    native: true,
  },
  {
    title: 'reads a token from a cookie',
    ask: cookie('/by-cookie', `x=1; token=${token(good)}`),
    answer: { status: 200, body: { sub: 'ann' } },
  },
  {
    title: 'does not read the header where a cookie is meant',
    ask: ask('/by-cookie', bearer(good)),
    answer: missing,
    native: true,
  },
  { title: 'refuses a bad cookie', ask: cookie('/by-cookie', 'token=x'), answer: bad, native: true },
  {
    title: 'admits by token without asking',
    ask: cookie('/session', `token=${token(good)}`),
    answer: { status: 200, body: { sub: 'ann' } },
  },
  {
    title: 'asks when only the session cookie is there',
    ask: cookie('/session', 'sid=good'),
    answer: { status: 200, body: { sub: 'by-session' } },
  },
  {
    title: 'asks when the token went stale',
    ask: cookie('/session', `token=${token({ ...good, exp: now - 10 })}; sid=good`),
    answer: { status: 200, body: { sub: 'by-session' } },
  },
  {
    title: 'answers 401 when nobody is known',
    ask: cookie('/session', 'sid=bad'),
    answer: { status: 401, code: 'unauthorized' },
  },
  { title: 'does not ask without the cookie', ask: ask('/session'), answer: missing, native: true },
  { title: 'holds guards on asked claims', ask: cookie('/session/admin', 'sid=good'), answer: forbidden },
  {
    title: 'always asks when no cookie is named',
    ask: { url: '/key', headers: { 'x-key': 'k' } },
    answer: { status: 200, body: { who: 'key' } },
  },
  {
    title: 'answers 401 when the asked does not know',
    ask: { url: '/key', headers: { 'x-key': 'z' } },
    answer: { status: 401, code: 'unauthorized' },
  },
  {
    title: 'types claims by a schema',
    ask: ask('/shaped', bearer({ ...good, level: 4 })),
    answer: { status: 200, body: { level: 5 } },
  },
  { title: 'refuses claims of another shape', ask: ask('/shaped', bearer({ ...good, level: 'x' })), answer: bad },
]
