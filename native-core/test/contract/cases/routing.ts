import { type Case, raw } from '../case.ts'

const get = (url: string) => ({ url })

export const routing: Case[] = [
  {
    title: 'compares paths beyond ASCII once decoded',
    ask: get('/caf%C3%A9'),
    answer: { status: 200, body: { at: 'café' } },
  },
  { title: 'answers the root', ask: get('/'), answer: { status: 200, body: { at: 'root' } } },
  { title: 'prefers a fixed segment to a parameter', ask: get('/a/me'), answer: { status: 200, body: { at: 'me' } } },
  { title: 'fills a parameter with one segment', ask: get('/a/you'), answer: { status: 200, body: { id: 'you' } } },
  {
    title: 'chooses the route by method before specificity',
    ask: { method: 'POST', url: '/a/me' },
    answer: { status: 200, body: { posted: 'me' } },
  },
  { title: 'fills several parameters', ask: get('/a/1/b/2'), answer: { status: 200, body: { id: '1', other: '2' } } },
  { title: 'decodes a parameter once', ask: get('/a/x%2520y'), answer: { status: 200, body: { id: 'x%20y' } } },
  {
    title: 'keeps an encoded slash inside its segment',
    ask: get('/a/x%2Fy'),
    answer: { status: 200, body: { id: 'x/y' } },
  },
  {
    title: 'decodes UTF-8 in a parameter',
    ask: get('/a/gr%C3%BC%C3%9Fe'),
    answer: { status: 200, body: { id: 'grüße' } },
  },
  {
    title: 'compares decoded segments with fixed ones',
    ask: get('/%61/me'),
    answer: { status: 200, body: { at: 'me' } },
  },
  { title: 'keeps + in a path', ask: get('/a/x+y'), answer: { status: 200, body: { id: 'x+y' } } },
  {
    title: 'gives __proto__ as plain text',
    ask: get('/a/__proto__'),
    answer: { status: 200, body: { id: '__proto__' } },
  },
  {
    title: 'lets a catch-all take several segments',
    ask: get('/rest/a/b/c'),
    answer: { status: 200, body: { path: 'a/b/c' } },
  },
  { title: 'lets a catch-all take nothing', ask: get('/rest/'), answer: { status: 200, body: { path: '' } } },
  {
    title: 'keeps empty segments of a catch-all',
    ask: get('/rest/a//b'),
    answer: { status: 200, body: { path: 'a//b' } },
  },
  {
    title: 'does not fill a parameter with nothing',
    ask: get('/a/'),
    answer: { status: 404, code: 'not-found' },
    native: true,
  },
  {
    title: 'keeps double slashes apart from single ones',
    ask: get('//a/me'),
    answer: { status: 404, code: 'not-found' },
    native: true,
  },
  {
    title: 'answers 404 natively',
    ask: get('/nowhere'),
    answer: {
      status: 404,
      code: 'not-found',
      headers: { 'content-type': 'application/problem+json', 'x-request-id': /^\S+$/ },
    },
    native: true,
  },
  {
    title: 'answers 404 to other methods too',
    ask: { method: 'DELETE', url: '/nowhere' },
    answer: { status: 404, code: 'not-found' },
    native: true,
  },
  { title: 'does not take dots as a way up', ask: get('/a/../healthz'), answer: { status: 404 }, native: true },
  { title: 'distinguishes upper and lower case', ask: get('/A/me'), answer: { status: 404 }, native: true },
  {
    title: 'refuses a malformed percent sign',
    ask: get('/a/%zz'),
    answer: { status: 400, code: 'bad-request' },
    native: true,
  },
  {
    title: 'refuses a cut-off percent sign',
    ask: get('/a/x%2'),
    answer: { status: 400, code: 'bad-request' },
    native: true,
  },
  {
    title: 'refuses a path that is not UTF-8 once decoded',
    ask: get('/a/%ff'),
    answer: { status: 400, code: 'bad-request' },
    native: true,
  },
  {
    title: 'redirects to the form without a slash',
    ask: get('/healthz/'),
    answer: { status: 308, headers: { location: '/healthz' } },
    native: true,
  },
  {
    title: 'redirects to the form with a slash',
    ask: get('/only/slash'),
    answer: { status: 308, headers: { location: '/only/slash/' } },
    native: true,
  },
  {
    title: 'keeps the query in a slash redirect',
    ask: get('/healthz/?a=1&b=%20'),
    answer: { status: 308, headers: { location: '/healthz?a=1&b=%20' } },
    native: true,
  },
  {
    title: 'redirects other methods too',
    ask: { method: 'POST', url: '/notes/', json: {} },
    answer: { status: 308, headers: { location: '/notes' } },
    native: true,
  },
  {
    title: 'does not redirect a path that begins with two slashes',
    ask: get('//evil.example/healthz/'),
    answer: { status: 404 },
    native: true,
  },
  { title: 'finds the route in spite of a query', ask: get('/a/me?x=1'), answer: { status: 200, body: { at: 'me' } } },
  {
    title: 'accepts an absolute target',
    ask: raw('GET http://localhost/a/me HTTP/1.1\nHost: localhost'),
    answer: { status: 200, body: { at: 'me' } },
  },
]

export const methods: Case[] = [
  {
    title: 'answers 405 with Allow',
    ask: { method: 'DELETE', url: '/a/me' },
    answer: { status: 405, code: 'method-not-allowed', headers: { allow: 'GET, HEAD, POST, OPTIONS' } },
    native: true,
  },
  {
    title: 'answers 405 where only POST is',
    ask: get('/notes'),
    answer: { status: 405, headers: { allow: 'POST, OPTIONS' } },
    native: true,
  },
  {
    title: 'answers OPTIONS by itself',
    ask: { method: 'OPTIONS', url: '/a/me' },
    answer: { status: 204, headers: { allow: 'GET, HEAD, POST, OPTIONS' }, body: '' },
    native: true,
  },
  {
    title: 'answers OPTIONS of a fixed answer',
    ask: { method: 'OPTIONS', url: '/healthz' },
    answer: { status: 204, headers: { allow: 'GET, HEAD, OPTIONS' } },
    native: true,
  },
  {
    title: 'answers OPTIONS of an unknown path with 404',
    ask: { method: 'OPTIONS', url: '/nowhere' },
    answer: { status: 404 },
    native: true,
  },
  {
    title: 'answers HEAD with the length of GET and no body',
    ask: { method: 'HEAD', url: '/text' },
    answer: { status: 200, headers: { 'content-length': '7', 'content-type': 'text/plain; charset=utf-8' }, body: '' },
  },
  {
    title: 'answers HEAD of a fixed answer',
    ask: { method: 'HEAD', url: '/healthz' },
    answer: { status: 200, headers: { 'content-length': '15' }, body: '' },
    native: true,
  },
  {
    title: 'answers HEAD of a missing path without a body',
    ask: { method: 'HEAD', url: '/nowhere' },
    answer: { status: 404, body: '', headers: { 'content-type': 'application/problem+json' } },
    native: true,
  },
  {
    title: 'tells the handler that it was HEAD',
    ask: { method: 'HEAD', url: '/method' },
    answer: { status: 200, body: '', headers: { 'content-length': '33' } },
  },
  {
    title: 'does not know methods that it has no routes for',
    ask: { method: 'PROPFIND', url: '/a/me' },
    answer: { status: 405 },
    native: true,
  },
  {
    title: 'refuses a method that is not a token',
    ask: raw('G(T / HTTP/1.1\nHost: localhost'),
    answer: { status: 400, code: 'bad-request' },
    closes: true,
    native: true,
  },
  {
    title: 'tells lower-case methods apart',
    ask: raw('get / HTTP/1.1\nHost: localhost'),
    answer: { status: 405 },
    native: true,
    skip: { fallback: 'the parser of node:http refuses lower-case methods with 400' },
  },
]
