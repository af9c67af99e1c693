import { type Answer, type Ask, type Case, raw } from '../case.ts'

const post = (url: string, json: unknown): Ask => ({ method: 'POST', url, json })
const text = (url: string, body: string | Uint8Array, type = 'application/json'): Ask => ({
  method: 'POST',
  url,
  body,
  headers: { 'content-type': type },
})
const invalid = (...errors: string[]): Answer => ({ status: 422, code: 'validation-failed', errors })
const malformed: Answer = { status: 400, code: 'malformed-json' }

export const bodies: Case[] = [
  {
    title: 'parses a valid body',
    ask: post('/notes', { title: 'abc', tags: ['x'] }),
    answer: { status: 201, body: { title: 'abc', tags: ['x'], done: false } },
  },
  {
    title: 'fills in defaults',
    ask: post('/notes', { title: 'abc' }),
    answer: { status: 201, body: '{"title":"abc","done":false}' },
  },
  {
    title: 'drops unknown keys',
    ask: post('/notes', { title: 'abc', role: 'admin', done: true }),
    answer: { status: 201, body: '{"title":"abc","done":true}' },
  },
  {
    title: 'drops __proto__ and constructor',
    ask: text('/notes', '{"title":"abc","__proto__":{"x":1},"constructor":1,"done":true}'),
    answer: { status: 201, body: '{"title":"abc","done":true}' },
  },
  {
    title: 'keeps the prototype clean in a loose object',
    ask: {
      method: 'PATCH',
      url: '/loose',
      body: '{"__proto__":{"polluted":1},"a":1}',
      headers: { 'content-type': 'application/json' },
    },
    answer: { status: 200, body: { polluted: null, keys: ['__proto__', 'a'] } },
  },
  {
    title: 'accepts a JSON media type with a suffix',
    ask: text('/notes', '{"title":"abc"}', 'application/merge-patch+json'),
    answer: { status: 201 },
  },
  {
    title: 'accepts charset=utf-8',
    ask: text('/notes', '{"title":"abc"}', 'application/json; charset=UTF-8'),
    answer: { status: 201 },
  },
  { title: 'accepts white space around', ask: text('/notes', ' \r\n\t{"title" : "abc"} \n'), answer: { status: 201 } },
  { title: 'counts characters, not bytes', ask: post('/notes', { title: 'äöü' }), answer: { status: 201 } },
  {
    title: 'reports a short text',
    ask: post('/notes', { title: 'a' }),
    answer: invalid('body /title minLength'),
    native: true,
  },
  {
    title: 'reports a missing property',
    ask: post('/notes', {}),
    answer: invalid('body /title required'),
    native: true,
  },
  {
    title: 'reports a wrong type',
    ask: post('/notes', { title: 7 }),
    answer: invalid('body /title type'),
    native: true,
  },
  { title: 'reports the body itself', ask: post('/notes', []), answer: invalid('body  type'), native: true },
  { title: 'reports null', ask: post('/notes', null), answer: invalid('body  type'), native: true },
  {
    title: 'reports all violations at once with their paths',
    ask: post('/notes', { title: 'a', tags: ['', 1], stars: 1.5, done: 'no', author: { email: 'x' } }),
    answer: invalid(
      'body /title minLength',
      'body /tags/0 minLength',
      'body /tags/1 type',
      'body /stars type',
      'body /done type',
      'body /author/name required',
      'body /author/email format',
    ),
    native: true,
  },
  {
    title: 'escapes keys in pointers',
    ask: post('/strict', { a: 1, 'x/y~z': 2 }),
    answer: invalid('body /x~1y~0z additionalProperties'),
    native: true,
  },
  {
    title: 'reports body and query together',
    ask: post('/both?n=x', { a: 'y' }),
    answer: invalid('query /n type', 'body /a type'),
    native: true,
  },
  {
    title: 'refuses unknown keys of a strict schema',
    ask: post('/strict', { a: 1, b: 2 }),
    answer: invalid('body /b additionalProperties'),
    native: true,
  },
  {
    title: 'misses a required body',
    ask: { method: 'POST', url: '/notes' },
    answer: invalid('body  required'),
    native: true,
  },
  {
    title: 'lets an optional body be missing',
    ask: { method: 'POST', url: '/optional' },
    answer: { status: 200, body: { body: null } },
  },
  {
    title: 'checks an optional body that is there',
    ask: post('/optional', { a: 'x' }),
    answer: invalid('body /a type'),
    native: true,
  },
  ...[
    '{',
    '{"title":"abc"',
    '{"title":"abc",}',
    "{'title':'abc'}",
    '{"title":01}',
    'nul',
    '[1 2]',
    '{"a":1}x',
    '"\u0001"',
    '{"a":\u00a01}',
    '// x\n{}',
    'NaN',
  ].map(
    (body): Case => ({
      title: `refuses ${JSON.stringify(body)} as JSON`,
      ask: text('/notes', body),
      answer: malformed,
      native: true,
    }),
  ),
  { title: 'refuses a byte order mark', ask: text('/notes', '\ufeff{"title":"abc"}'), answer: malformed, native: true },
  {
    title: 'refuses bad UTF-8',
    ask: text('/notes', Buffer.from('7b227469746c65223a22ff227d', 'hex')),
    answer: malformed,
    native: true,
  },
  {
    title: 'refuses an escaped lone surrogate',
    ask: text('/notes', '{"title":"a\\ud800bc"}'),
    answer: malformed,
    native: true,
  },
  {
    title: 'refuses duplicate keys',
    ask: text('/notes', '{"title":"abc","title":"def"}'),
    answer: malformed,
    native: true,
  },
  {
    title: 'refuses duplicate keys written differently',
    ask: text('/notes', '{"title":"abc","\\u0074itle":"def"}'),
    answer: malformed,
    native: true,
  },
  {
    title: 'refuses a number beyond a double',
    ask: text('/notes', '{"title":"abc","stars":1e999}'),
    answer: malformed,
    native: true,
  },
  {
    title: 'refuses nesting deeper than the limit',
    ask: {
      method: 'PUT',
      url: '/any',
      body: `${'['.repeat(65)}${']'.repeat(65)}`,
      headers: { 'content-type': 'application/json' },
    },
    answer: malformed,
    native: true,
  },
  {
    title: 'accepts nesting at the limit',
    ask: {
      method: 'PUT',
      url: '/any',
      body: `${'['.repeat(64)}${']'.repeat(64)}`,
      headers: { 'content-type': 'application/json' },
    },
    answer: { status: 200 },
  },
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=latin1',
    'application/jsonp',
    'application/xml',
  ].map(
    (type): Case => ({
      title: `answers 415 to ${type}`,
      ask: text('/notes', '{"title":"abc"}', type),
      answer: { status: 415, code: 'unsupported-media-type' },
      native: true,
    }),
  ),
  {
    title: 'answers 415 to a body without a type',
    ask: raw('POST /notes HTTP/1.1\nHost: localhost\nContent-Length: 2', '{}'),
    answer: { status: 415 },
    native: true,
  },
  ...['gzip', 'br', 'identity, gzip', 'x'].map(
    (coding): Case => ({
      title: `answers 415 to a body encoded as ${coding}`,
      ask: { ...post('/notes', { title: 'abc' }), headers: { 'content-encoding': coding } },
      answer: { status: 415, code: 'unsupported-media-type', headers: { 'accept-encoding': 'identity' } },
      native: true,
    }),
  ),
  {
    title: 'accepts a body whose coding is identity',
    ask: { ...post('/notes', { title: 'abc' }), headers: { 'content-encoding': 'identity' } },
    answer: { status: 201 },
  },
  {
    title: 'answers 413 and names the knob',
    ask: post('/small', { a: 'x'.repeat(40) }),
    answer: { status: 413, code: 'body-too-large', body: /limits\.bodyBytes/ },
    native: true,
  },
  {
    title: 'answers 413 to chunks that add up',
    ask: raw(
      'POST /small HTTP/1.1\nHost: localhost\nContent-Type: application/json\nTransfer-Encoding: chunked',
      `14\r\n${'x'.repeat(20)}\r\n14\r\n${'y'.repeat(20)}\r\n0\r\n\r\n`,
    ),
    answer: { status: 413 },
    native: true,
    closes: true,
  },
  {
    title: 'reads the bytes of a body without a schema',
    ask: text('/bytes', 'grüße', 'text/plain'),
    answer: { status: 200, body: { size: 7, text: 'grüße' } },
  },
  {
    title: 'runs refinements over the whole body',
    ask: post('/refined', { a: 'x', b: 'y' }),
    answer: invalid('body /b custom'),
  },
  {
    title: 'checks types before refinements natively',
    ask: post('/refined', { a: 1, b: 'y' }),
    answer: invalid('body /a type'),
    native: true,
  },
  {
    title: 'gives what a transform made',
    ask: post('/trimmed', { name: '  ann  ' }),
    answer: { status: 200, body: { name: 'ann' } },
  },
  {
    title: 'checks after the transform',
    ask: post('/trimmed', { name: '   a   ' }),
    answer: invalid('body /name custom'),
  },
  {
    title: 'accepts one of a union',
    ask: post('/union', { kind: 'square', side: 2, more: 1 }),
    answer: { status: 200, body: '{"kind":"square","side":2}' },
  },
  {
    title: 'refuses what no member of a union is',
    ask: post('/union', { kind: 'square', r: 2 }),
    answer: { status: 422, code: 'validation-failed' },
    native: true,
  },
  {
    title: 'stops at the depth of its own limit',
    app: 'tight',
    ask: post('/notes', [[[[[1]]]]]),
    answer: malformed,
    native: true,
  },
]
