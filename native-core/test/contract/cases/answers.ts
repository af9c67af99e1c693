import type { Case } from '../case.ts'

const get = (url: string, headers: Record<string, string> = {}) => ({ url, headers })
const internal = { status: 500, code: 'internal', headers: { 'content-type': 'application/problem+json' } }

export const answers: Case[] = [
  {
    title: 'sends an object as JSON',
    ask: get('/'),
    answer: { status: 200, headers: { 'content-type': 'application/json', 'content-length': '13' } },
  },
  {
    title: 'sends text as UTF-8',
    ask: get('/text'),
    answer: {
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': '7' },
      body: 'grüße',
    },
  },
  {
    title: 'sends a number as JSON',
    ask: get('/number'),
    answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '7' },
  },
  { title: 'sends a list as JSON', ask: get('/list'), answer: { status: 200, body: '[1,2]' } },
  {
    title: 'sends a list of a class of its own as JSON',
    ask: get('/own-list'),
    answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '[1,2]' },
  },
  {
    title: 'sends a list that is a stream piece by piece',
    ask: get('/streamed-list'),
    answer: { status: 200, body: '1;2;' },
  },
  {
    title: 'sends undefined as 204',
    ask: get('/empty'),
    answer: { status: 204, headers: { 'content-type': null, 'content-length': null }, body: '' },
  },
  { title: 'sends null as 204', ask: get('/null'), answer: { status: 204, body: '' } },
  {
    title: 'sends bytes',
    ask: get('/binary'),
    answer: { status: 200, headers: { 'content-type': 'application/octet-stream', 'content-length': '3' } },
  },
  { title: 'sends the status of the route', ask: get('/created'), answer: { status: 201, body: { made: true } } },
  {
    title: 'sends status and headers of a reply',
    ask: get('/reply'),
    answer: { status: 202, headers: { 'x-one': '1', 'set-cookie': ['a=1', 'b=2'] }, body: { ok: true } },
  },
  {
    title: 'redirects',
    ask: get('/redirect'),
    answer: { status: 302, headers: { location: '/a/me?x=%C3%BC' }, body: '' },
  },
  {
    title: 'sends a fetch Response with all its cookies',
    ask: get('/response'),
    answer: {
      status: 203,
      headers: { 'set-cookie': ['a=1; Path=/', 'b=2'], 'x-two': '2', 'content-type': /^text\/plain/ },
      body: 'from fetch',
    },
  },
  {
    title: 'keeps the context valid after await',
    ask: get('/async?x=1', { 'x-request-id': 'mine-1' }),
    answer: { status: 200, body: { path: '/async', id: 'mine-1' }, headers: { 'x-request-id': 'mine-1' } },
  },
  {
    title: 'keeps the context valid after a timer',
    ask: get('/late/7', { 'user-agent': 'contract' }),
    answer: { status: 200, body: { id: '7', agent: 'contract', method: 'GET' } },
  },
  {
    title: 'replaces a request id that is not visible ASCII',
    ask: get('/async', { 'x-request-id': 'has blanks' }),
    answer: { status: 200, headers: { 'x-request-id': /^[!-~]+$/ } },
  },
  {
    title: 'replaces a request id that is too long',
    ask: get('/async', { 'x-request-id': 'x'.repeat(129) }),
    answer: { status: 200, headers: { 'x-request-id': /^.{1,128}$/ } },
  },
  {
    title: 'sends headers set on the context, the last of each, and every cookie',
    ask: get('/set-header'),
    answer: { status: 200, headers: { 'x-three': ['4'], 'set-cookie': ['a=1', 'b=2'] } },
  },
  {
    title: 'refuses a header value with CR and LF',
    ask: get('/split'),
    answer: { ...internal, headers: { 'set-cookie': null, 'x-bad': null } },
  },
  { title: 'refuses such a value in a reply', ask: get('/split-reply'), answer: internal },
  { title: 'refuses a Content-Length of the handler', ask: get('/own-length'), answer: internal },
  {
    title: 'hides the reason of a throw',
    ask: get('/throw'),
    answer: { ...internal, body: /^(?!.*secret reason).*$/s },
  },
  {
    title: 'hides the reason of a rejection',
    ask: get('/throw-async'),
    answer: { ...internal, body: /^(?!.*secret reason).*$/s },
  },
  { title: 'survives a thrown text', ask: get('/throw-string'), answer: internal },
  {
    title: 'sends an HttpError as a problem',
    ask: get('/throw-http'),
    answer: {
      status: 409,
      headers: { 'retry-after': '3', 'content-type': 'application/problem+json' },
      body: { type: 'about:blank', title: 'Conflict', status: 409, detail: 'Already there', code: 'note-exists' },
    },
  },
  {
    title: 'keeps control characters valid JSON',
    ask: get('/throw-control'),
    answer: { status: 400, body: { detail: 'a\u0000b"\\\n\u001f' } },
  },
  { title: 'lets onError answer', ask: get('/throw-range'), answer: { status: 418, body: { oops: 'hooked' } } },
  { title: 'answers 500 to a value without JSON form', ask: get('/bigint'), answer: internal },
  { title: 'answers 500 to a function', ask: get('/function'), answer: internal },
  { title: 'answers 500 to a value that breaks the response schema', ask: get('/wrong-response'), answer: internal },
  {
    title: 'sends security headers',
    ask: get('/'),
    answer: {
      status: 200,
      headers: { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' },
    },
  },
  {
    title: 'sends security headers on errors',
    ask: get('/nowhere'),
    answer: { status: 404, headers: { 'x-content-type-options': 'nosniff' } },
  },
  {
    title: 'does not override a header of the handler',
    app: 'tight',
    ask: get('/x'),
    answer: { status: 200, headers: { 'x-own': ['mine'] } },
  },
  {
    title: 'sends Date',
    ask: get('/'),
    answer: { status: 200, headers: { date: /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/ } },
  },
  {
    title: 'sends a large answer whole',
    ask: get('/big'),
    answer: { status: 200, headers: { 'content-length': '200011' } },
  },
  {
    title: 'gives the address of the peer',
    ask: get('/address'),
    answer: { status: 200, body: { address: '127.0.0.1' } },
  },
  {
    title: 'does not believe X-Forwarded-For of a stranger',
    ask: get('/address', { 'x-forwarded-for': '1.2.3.4' }),
    answer: { status: 200, body: { address: '127.0.0.1' } },
  },
  {
    title: 'lets middleware change object and headers',
    ask: get('/wrapped/object'),
    answer: { status: 200, headers: { 'x-wrapped': 'yes' }, body: { a: 1, wrapped: true } },
  },
  {
    title: 'lets what next gave stand',
    ask: get('/wrapped/text'),
    answer: { status: 200, headers: { 'x-wrapped': 'yes' }, body: 'as it was' },
  },
  {
    title: 'does not wrap routes outside the group',
    ask: get('/'),
    answer: { status: 200, headers: { 'x-wrapped': null } },
  },
]

export const fixed: Case[] = [
  {
    title: 'sends a fixed answer natively',
    ask: get('/healthz'),
    answer: {
      status: 200,
      headers: { 'content-type': 'application/json', 'x-request-id': /./ },
      body: { status: 'ok' },
    },
    native: true,
  },
  {
    title: 'sends fixed text with its headers',
    ask: get('/robots.txt'),
    answer: {
      status: 200,
      headers: { 'cache-control': 'public, max-age=60', 'content-type': 'text/plain; charset=utf-8' },
      body: 'User-agent: *\n',
    },
    native: true,
  },
  {
    title: 'serves the OpenAPI document',
    ask: get('/openapi.json'),
    answer: { status: 200, headers: { 'content-type': 'application/json' }, body: { openapi: '3.1.1' } },
    native: true,
  },
  {
    title: 'serves the documentation page with a strict policy',
    ask: get('/docs'),
    answer: {
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': /^(?!.*unsafe)(?=.*script-src 'self').*$/,
      },
      body: /^(?!.*https?:)/s,
    },
    native: true,
  },
  {
    title: 'serves the script of the page',
    ask: get('/docs/assets/start.js'),
    answer: { status: 200, headers: { 'content-type': /javascript/ } },
    native: true,
  },
  {
    title: 'serves the licence beside the script',
    ask: get('/docs/assets/LICENSE'),
    answer: { status: 200, body: /Apache License/ },
    native: true,
  },
]

export const files: Case[] = [
  {
    title: 'serves a file',
    ask: get('/files/hello.txt'),
    answer: {
      status: 200,
      headers: {
        'content-type': /^text\/plain/,
        'content-length': '11',
        etag: /./,
        'cache-control': 'public, max-age=0, must-revalidate',
      },
      body: 'hello file\n',
    },
    native: true,
  },
  {
    title: 'caches files that never change',
    ask: get('/hashed/hello.txt'),
    answer: { status: 200, headers: { 'cache-control': 'public, max-age=31536000, immutable' } },
    native: true,
  },
  {
    title: 'serves JSON as JSON',
    ask: get('/files/data.json'),
    answer: { status: 200, headers: { 'content-type': /^application\/json/ } },
    native: true,
  },
  {
    title: 'serves the index of a folder',
    ask: get('/files/'),
    answer: { status: 200, headers: { 'content-type': /^text\/html/ }, body: '<h1>index</h1>\n' },
    native: true,
  },
  {
    title: 'serves the index of a folder below',
    ask: get('/files/sub/'),
    answer: { status: 200, body: '<h1>sub</h1>\n' },
    native: true,
  },
  { title: 'serves no index when there is none', ask: get('/hashed/'), answer: { status: 404 }, native: true },
  { title: 'decodes names', ask: get('/files/a%20b.txt'), answer: { status: 200, body: 'with blank\n' }, native: true },
  {
    title: 'answers HEAD of a file',
    ask: { method: 'HEAD', url: '/files/hello.txt' },
    answer: { status: 200, headers: { 'content-length': '11' }, body: '' },
    native: true,
  },
  {
    title: 'serves a range',
    ask: get('/files/hello.txt', { range: 'bytes=0-4' }),
    answer: { status: 206, headers: { 'content-range': 'bytes 0-4/11', 'content-length': '5' }, body: 'hello' },
    native: true,
  },
  {
    title: 'serves the end of a file',
    ask: get('/files/hello.txt', { range: 'bytes=-5' }),
    answer: { status: 206, body: 'file\n' },
    native: true,
  },
  {
    title: 'refuses a range outside the file',
    ask: get('/files/hello.txt', { range: 'bytes=50-60' }),
    answer: { status: 416, headers: { 'content-range': 'bytes */11' } },
    native: true,
  },
  {
    title: 'answers 404 to a missing file',
    ask: get('/files/nope.txt'),
    answer: { status: 404, code: 'not-found' },
    native: true,
  },
  { title: 'hides dotfiles', ask: get('/files/.hidden'), answer: { status: 404, body: /^(?!secret)/ }, native: true },
  ...[
    '/files/../case.ts',
    '/files/%2e%2e/case.ts',
    '/files/..%2fcase.ts',
    '/files/%2e%2e%2fcase.ts',
    '/files/%252e%252e/case.ts',
    '/files/..%5ccase.ts',
    '/files/sub/../../case.ts',
    '/files//etc/passwd',
    '/files/hello.txt%00.png',
  ].map(
    (url): Case => ({
      title: `does not leave the folder by ${url}`,
      ask: get(url),
      answer: { status: 404 },
      native: true,
    }),
  ),
  {
    title: 'answers 405 to POST',
    ask: { method: 'POST', url: '/files/hello.txt' },
    answer: { status: 405 },
    native: true,
  },
]

export const mounts: Case[] = [
  {
    title: 'hands a request to a mounted fetch handler',
    ask: { method: 'POST', url: '/mounted/deep/path?x=1', body: 'text', headers: { 'content-type': 'text/x' } },
    answer: {
      status: 201,
      headers: { 'set-cookie': ['one=1; Path=/; HttpOnly', 'two=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT'] },
      body: { method: 'POST', path: '/mounted/deep/path', query: '?x=1', text: 'text', type: 'text/x' },
    },
  },
  { title: 'hands over the prefix itself', ask: get('/mounted'), answer: { status: 201, body: { path: '/mounted' } } },
  { title: 'lets native routes win', ask: get('/mounted/native'), answer: { status: 200, body: { at: 'native' } } },
  {
    title: 'takes other methods of native routes',
    ask: { method: 'DELETE', url: '/mounted/native' },
    answer: { status: 201, body: { method: 'DELETE' } },
  },
  {
    title: 'does not take a path that only begins alike',
    ask: get('/mountedness'),
    answer: { status: 404 },
    native: true,
  },
  {
    title: 'refuses a method that no Request can have, instead of failing',
    ask: { method: 'TRACE', url: '/mounted/deep' },
    answer: { status: 501, code: 'not-implemented' },
  },
  {
    title: 'passes a redirect on',
    ask: get('/mounted/redirect'),
    answer: { status: 302, headers: { location: 'https://else.example/' }, body: '' },
  },
  { title: 'answers 500 when the mounted handler throws', ask: get('/mounted/throw'), answer: internal },
  {
    title: 'gives a request to the longest prefix',
    ask: get('/nest/inner/deep/x'),
    answer: { status: 200, body: { name: 'deepest', path: '/nest/inner/deep/x' } },
  },
  {
    title: 'gives the rest of it to the next longest',
    ask: get('/nest/inner/deeper'),
    answer: { status: 200, body: { name: 'inner' } },
  },
  {
    title: 'and the rest of that to the outermost',
    ask: get('/nest/innermost'),
    answer: { status: 200, body: { name: 'outer' } },
  },
  {
    title: 'passes the host on',
    ask: get('/mounted/x', { host: 'api.example:8080' }),
    answer: { status: 201, body: { host: 'api.example:8080' } },
  },
  {
    title: 'answers HEAD of a mount without a body',
    ask: { method: 'HEAD', url: '/mounted/x' },
    answer: { status: 201, body: '' },
  },
]
