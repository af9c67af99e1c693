import { type Answer, all, type Case, laxParser, raw } from '../case.ts'

const refused: Answer = { status: 400, code: 'bad-request' }
const host = 'Host: localhost'

/** Requests whose end two readers could see differently: refused, and nothing after them is read. */
function smuggling(title: string, bytes: Uint8Array, isLax = false): Case {
  return {
    title,
    ask: bytes,
    answer: refused,
    closes: true,
    native: true,
    ...(isLax ? { skip: { fallback: laxParser } } : {}),
  }
}

const chunkedHead = (more = ''): string => `POST /bytes HTTP/1.1\n${host}\nTransfer-Encoding: chunked${more}`
const hidden = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'

export const framing: Case[] = [
  smuggling(
    'refuses Content-Length with Transfer-Encoding',
    raw(chunkedHead('\nContent-Length: 5'), `0\r\n\r\n${hidden}`),
  ),
  smuggling(
    'refuses two different Content-Lengths',
    raw(`POST /bytes HTTP/1.1\n${host}\nContent-Length: 1\nContent-Length: 2`, 'ab'),
  ),
  smuggling(
    'refuses two equal Content-Lengths',
    raw(`POST /bytes HTTP/1.1\n${host}\nContent-Length: 1\nContent-Length: 1`, 'a'),
  ),
  smuggling('refuses a list as Content-Length', raw(`POST /bytes HTTP/1.1\n${host}\nContent-Length: 1, 1`, 'a')),
  smuggling('refuses a signed Content-Length', raw(`POST /bytes HTTP/1.1\n${host}\nContent-Length: +1`, 'a')),
  smuggling('refuses a hexadecimal Content-Length', raw(`POST /bytes HTTP/1.1\n${host}\nContent-Length: 0x1`, 'a')),
  smuggling('refuses an empty Content-Length', raw(`POST /bytes HTTP/1.1\n${host}\nContent-Length:`, 'a')),
  smuggling(
    'refuses a Content-Length beyond 64 bits',
    raw(`POST /bytes HTTP/1.1\n${host}\nContent-Length: 18446744073709551616`, 'a'),
  ),
  smuggling(
    'refuses a coding before chunked',
    raw(`POST /bytes HTTP/1.1\n${host}\nTransfer-Encoding: gzip, chunked`, '0\r\n\r\n'),
  ),
  smuggling(
    'refuses chunked twice',
    raw(`POST /bytes HTTP/1.1\n${host}\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked`, '0\r\n\r\n'),
  ),
  smuggling(
    'refuses a coding that is not chunked',
    raw(`POST /bytes HTTP/1.1\n${host}\nTransfer-Encoding: identity`, 'a'),
  ),
  smuggling(
    'refuses a blank in the coding name',
    raw(`POST /bytes HTTP/1.1\n${host}\nTransfer-Encoding: chu nked`, '0\r\n\r\n'),
  ),
  smuggling(
    'refuses Transfer-Encoding on HTTP/1.0',
    raw(`POST /bytes HTTP/1.0\n${host}\nTransfer-Encoding: chunked`, '0\r\n\r\n'),
  ),
  smuggling('refuses a bare LF as line end', Buffer.from(`GET /healthz HTTP/1.1\n${host}\n\n`)),
  smuggling('refuses one bare LF among CRLF', Buffer.from(`GET /healthz HTTP/1.1\r\n${host}\nX: y\r\n\r\n`)),
  smuggling('refuses a bare CR in a value', Buffer.from(`GET /healthz HTTP/1.1\r\n${host}\r\nX: a\rb\r\n\r\n`)),
  smuggling('refuses NUL in a value', Buffer.from(`GET /healthz HTTP/1.1\r\n${host}\r\nX: a\0b\r\n\r\n`)),
  smuggling('refuses a folded header', Buffer.from(`GET /healthz HTTP/1.1\r\n${host}\r\nX: a\r\n b\r\n\r\n`), true),
  smuggling('refuses a blank before the colon', Buffer.from(`GET /healthz HTTP/1.1\r\n${host}\r\nX : a\r\n\r\n`)),
  smuggling('refuses a header without a colon', Buffer.from(`GET /healthz HTTP/1.1\r\n${host}\r\nnonsense\r\n\r\n`)),
  smuggling(
    'refuses a header name that is no token',
    Buffer.from(`GET /healthz HTTP/1.1\r\n${host}\r\nX(y): a\r\n\r\n`),
  ),
  smuggling('refuses an empty header name', Buffer.from(`GET /healthz HTTP/1.1\r\n${host}\r\n: a\r\n\r\n`)),
  smuggling('refuses a missing Host', Buffer.from('GET /healthz HTTP/1.1\r\n\r\n')),
  smuggling('refuses two Hosts', raw(`GET /healthz HTTP/1.1\n${host}\nHost: evil.example`)),
  smuggling('refuses a Host that is none', raw('GET /healthz HTTP/1.1\nHost: a b')),
  smuggling('refuses an unknown protocol', raw(`GET /healthz FTP/1.1\n${host}`)),
  smuggling('refuses two blanks in the request line', raw(`GET  /healthz HTTP/1.1\n${host}`), true),
  smuggling('refuses a control character in the target', Buffer.from(`GET /a\x01b HTTP/1.1\r\n${host}\r\n\r\n`)),
  smuggling('refuses a target that is no path', raw(`GET healthz HTTP/1.1\n${host}`)),
  smuggling('refuses a chunk size that is no number', raw(chunkedHead(), 'xyz\r\nabc\r\n0\r\n\r\n'), false),
  smuggling('refuses a chunk without its line end', raw(chunkedHead(), '3\r\nabcXX0\r\n\r\n')),
  smuggling('refuses a chunk size beyond 64 bits', raw(chunkedHead(), '1ffffffffffffffff\r\nabc\r\n0\r\n\r\n')),
  smuggling('refuses a bare LF after a chunk size', raw(chunkedHead(), '3\nabc\r\n0\r\n\r\n')),
]

export const connection: Case[] = [
  {
    title: 'reads a chunked body',
    ask: raw(chunkedHead(), '5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n'),
    answer: { status: 200, body: { size: 11, text: 'hello world' } },
  },
  {
    title: 'reads upper-case chunk sizes',
    ask: raw(chunkedHead(), 'A\r\n0123456789\r\n0\r\n\r\n'),
    answer: { status: 200, body: { size: 10 } },
  },
  {
    title: 'answers pipelined requests in order, also when the first is slow',
    ask: all(
      raw(`GET /late/1 HTTP/1.1\n${host}`),
      raw(`GET /healthz HTTP/1.1\n${host}`),
      raw(`GET /a/2 HTTP/1.1\n${host}`),
      raw(`GET /nowhere HTTP/1.1\n${host}`),
    ),
    answer: [
      { status: 200, body: { id: '1' } },
      { status: 200, body: { status: 'ok' } },
      { status: 200, body: { id: '2' } },
      { status: 404 },
    ],
  },
  {
    title: 'keeps bodies of pipelined requests apart',
    ask: all(
      raw(`POST /bytes HTTP/1.1\n${host}\nContent-Length: 3`, 'abc'),
      raw(chunkedHead(), '2\r\nde\r\n0\r\n\r\n'),
      raw(`POST /bytes HTTP/1.1\n${host}`),
    ),
    answer: [
      { status: 200, body: { text: 'abc' } },
      { status: 200, body: { text: 'de' } },
      { status: 200, body: { size: 0 } },
    ],
  },
  {
    title: 'reads on after a refused request whose body it skipped',
    ask: all(raw(`POST /nowhere HTTP/1.1\n${host}\nContent-Length: 3`, 'abc'), raw(`GET /healthz HTTP/1.1\n${host}`)),
    answer: [{ status: 404 }, { status: 200, body: { status: 'ok' } }],
  },
  {
    title: 'reads on after a 401',
    ask: all(raw(`GET /private HTTP/1.1\n${host}`), raw(`GET /a/1 HTTP/1.1\n${host}`)),
    answer: [{ status: 401 }, { status: 200, body: { id: '1' } }],
  },
  {
    title: 'skips empty lines before a request',
    ask: Buffer.from(`\r\n\r\nGET /healthz HTTP/1.1\r\n${host}\r\n\r\n`),
    answer: { status: 200 },
    native: true,
  },
  {
    title: 'closes when the client says so',
    ask: raw(`GET /healthz HTTP/1.1\n${host}\nConnection: close`),
    answer: { status: 200, headers: { connection: 'close' } },
    closes: true,
    native: true,
  },
  {
    title: 'closes after HTTP/1.0',
    ask: raw(`GET /healthz HTTP/1.0\n${host}`),
    answer: { status: 200 },
    closes: true,
    native: true,
  },
  {
    title: 'accepts HTTP/1.0 without Host',
    ask: raw('GET /healthz HTTP/1.0'),
    answer: { status: 200 },
    closes: true,
    native: true,
  },
  {
    title: 'keeps HTTP/1.0 alive when asked',
    ask: all(
      raw(`GET /healthz HTTP/1.0\n${host}\nConnection: keep-alive`),
      raw(`GET /healthz HTTP/1.0\n${host}\nConnection: keep-alive`),
    ),
    answer: [{ status: 200, headers: { connection: 'keep-alive' } }, { status: 200 }],
    native: true,
  },
  {
    title: 'answers what was sent before the client closed its side',
    ask: raw(`GET /a/1 HTTP/1.1\n${host}\nConnection: close`),
    answer: { status: 200 },
    closes: true,
  },
  {
    title: 'refuses another expectation',
    ask: raw(`POST /bytes HTTP/1.1\n${host}\nExpect: 200-ok\nContent-Length: 1`, 'a'),
    answer: { status: 417, code: 'expectation-failed' },
    native: true,
  },
  {
    title: 'refuses CONNECT',
    ask: raw(`CONNECT a.example:443 HTTP/1.1\n${host}`),
    answer: { status: 501, code: 'not-implemented' },
    native: true,
  },
  {
    title: 'does not upgrade to HTTP/2',
    ask: raw(
      `GET /healthz HTTP/1.1\n${host}\nConnection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA`,
    ),
    answer: { status: 200 },
    native: true,
  },
  {
    title: 'refuses a version that it does not speak',
    ask: raw(`GET /healthz HTTP/2.7\n${host}`),
    answer: { status: 505, code: 'http-version-not-supported' },
    closes: true,
    native: true,
    skip: { fallback: 'the parser of node:http reports it as a malformed request, 400' },
  },
]

export const limits: Case[] = [
  {
    title: 'refuses a large head',
    app: 'tight',
    ask: raw(`GET /x HTTP/1.1\n${host}\nX-Long: ${'x'.repeat(2_000)}`),
    answer: { status: 431, code: 'headers-too-large' },
    closes: true,
    native: true,
  },
  {
    title: 'refuses many headers',
    app: 'tight',
    ask: raw(`GET /x HTTP/1.1\n${host}\n${Array.from({ length: 11 }, (_, i) => `X-${i}: 1`).join('\n')}`),
    answer: { status: 431, code: 'headers-too-large', body: /limits\.headerCount/ },
    native: true,
  },
  {
    title: 'refuses a long target',
    app: 'tight',
    ask: raw(`GET /x?${'q'.repeat(300)} HTTP/1.1\n${host}`),
    answer: { status: 414, code: 'uri-too-long', body: /limits\.uriBytes/ },
    native: true,
  },
  {
    title: 'refuses a large body',
    app: 'tight',
    ask: { method: 'POST', url: '/notes', json: 'x'.repeat(200) },
    answer: { status: 413, code: 'body-too-large' },
    native: true,
  },
  {
    title: 'accepts a body at the limit',
    app: 'tight',
    ask: { method: 'POST', url: '/notes', json: 'x'.repeat(98) },
    answer: { status: 200 },
  },
]
