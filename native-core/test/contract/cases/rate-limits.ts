import { all, type Case, raw } from '../case.ts'

/** Each row has a key of its own: what is counted lasts as long as the application. */
const ask = (path: string, key: string): Uint8Array => raw(`GET ${path} HTTP/1.1\nHost: localhost\nX-Key: ${key}`)
const limited = { status: 429, code: 'too-many-requests', headers: { 'retry-after': /^\d+$/ } }

export const rateLimits: Case[] = [
  {
    title: 'answers 429 to what is over the limit',
    app: 'limited',
    ask: all(ask('/by-header', 'one'), ask('/by-header', 'one'), ask('/by-header', 'one')),
    answer: [{ status: 200 }, { status: 200 }, limited],
  },
  {
    title: 'counts keys apart',
    app: 'limited',
    ask: all(ask('/by-header', 'a'), ask('/by-header', 'b'), ask('/by-header', 'c')),
    answer: [{ status: 200 }, { status: 200 }, { status: 200 }],
  },
  {
    title: 'counts the routes of a group together, mounts among them',
    app: 'limited',
    ask: all(ask('/group/one', 'g'), ask('/group/two/x', 'g'), ask('/group/one', 'g')),
    answer: [{ status: 200 }, { status: 200 }, limited],
  },
  {
    title: 'says which limit it was and for how long',
    app: 'limited',
    ask: all(ask('/by-header', 'say'), ask('/by-header', 'say'), ask('/by-header', 'say')),
    answer: [
      { status: 200, headers: { ratelimit: null } },
      { status: 200 },
      {
        status: 429,
        headers: { 'ratelimit-policy': '"header";q=2;w=3600', ratelimit: /^"header";r=0;t=\d+$/ },
        body: /More than 2 requests in 3600 s with this header/,
      },
    ],
  },
  {
    title: 'goes on on the same connection after a 429 with a body',
    app: 'limited',
    ask: all(
      ask('/by-header', 'body'),
      ask('/by-header', 'body'),
      raw('POST /by-header HTTP/1.1\nHost: localhost\nX-Key: body\nContent-Length: 4', 'abcd'),
      raw('GET /healthz HTTP/1.1\nHost: localhost'),
    ),
    answer: [{ status: 200 }, { status: 200 }, limited, { status: 200 }],
  },
  {
    title: 'does not count fixed answers, unknown paths, other methods and redirects',
    app: 'limited',
    ask: all(
      raw('GET /healthz HTTP/1.1\nHost: localhost'),
      raw('GET /none HTTP/1.1\nHost: localhost'),
      raw('PUT /by-header HTTP/1.1\nHost: localhost'),
      raw('GET /by-header/ HTTP/1.1\nHost: localhost'),
    ),
    answer: [{ status: 200 }, { status: 404 }, { status: 405 }, { status: 308 }],
    native: true,
  },
]
