import type { Answer, Case } from '../case.ts'
import { bearer, good } from '../tokens.ts'

/** The request of the RFC's example (§1.3); null leaves a header out. */
function row(
  title: string,
  url: string,
  headers: Record<string, string | null>,
  answer: Answer,
  by: 'rust' | 'javascript' = answer.status === 101 ? 'javascript' : 'rust',
): Case {
  const all = {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  }
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null)
  return {
    title,
    app: 'sockets',
    ask: { url, headers: Object.fromEntries(given) },
    answer,
    native: by === 'rust',
    isHttp1: true,
  }
}

const accepted = {
  upgrade: 'websocket',
  connection: /^upgrade$/i,
  'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  'x-request-id': /./,
}
const upgradeRequired: Answer = {
  status: 426,
  code: 'upgrade-required',
  headers: { upgrade: 'websocket', 'sec-websocket-version': '13' },
}
const badRequest: Answer = { status: 400, code: 'bad-request' }
const forbidden: Answer = { status: 403, code: 'forbidden' }

export const handshakes: Case[] = [
  row('answers the key of the RFC', '/open', {}, { status: 101, headers: { ...accepted, 'content-length': null } }),
  row(
    'finds the tokens in lists and in any case',
    '/open',
    { upgrade: 'WebSocket', connection: 'keep-alive, upgrade' },
    { status: 101 },
  ),
  row(
    'gives the request an id of its own',
    '/open',
    { 'x-request-id': 'mine' },
    { status: 101, headers: { 'x-request-id': 'mine' } },
  ),
  row('asks for an upgrade where none is asked for', '/open', { upgrade: null, connection: null }, upgradeRequired),
  row('asks for a WebSocket where something else is asked for', '/open', { upgrade: 'h2c' }, upgradeRequired),
  row('wants Upgrade to be among the connection options', '/open', { connection: 'keep-alive' }, upgradeRequired),
  row('speaks version 13 only', '/open', { 'sec-websocket-version': '8' }, upgradeRequired),
  row('wants a version', '/open', { 'sec-websocket-version': null }, upgradeRequired),
  row('refuses a request without a key', '/open', { 'sec-websocket-key': null }, badRequest),
  row('refuses a key that is not 16 bytes', '/open', { 'sec-websocket-key': 'c2hvcnQ=' }, badRequest),
  row('refuses a key that is no base64', '/open', { 'sec-websocket-key': '????????????????????????' }, badRequest),
  {
    ...row('answers 405 to another method', '/open', {}, { status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } }),
    ask: { method: 'POST', url: '/open', json: {} },
  },
  row('answers 404 where nothing is', '/nothing', {}, { status: 404, code: 'not-found' }),
  row(
    'serves a plain route beside it',
    '/plain',
    { upgrade: null, connection: null },
    {
      status: 200,
      body: { at: 'plain' },
    },
    'javascript',
  ),
  row(
    'admits pages of the host itself',
    '/open',
    { host: 'app.example', origin: 'https://app.example' },
    { status: 101 },
  ),
  row(
    'knows the port of the scheme',
    '/open',
    { host: 'app.example:443', origin: 'https://app.example' },
    { status: 101 },
  ),
  row('refuses pages of other hosts', '/open', { origin: 'https://evil.example' }, forbidden),
  row('refuses pages of other ports', '/open', { host: 'app.example:3000', origin: 'http://app.example' }, forbidden),
  row('refuses pages without an origin of their own', '/open', { origin: 'null' }, forbidden),
  row(
    'does not take a longer name for the same',
    '/open',
    { host: 'app.example', origin: 'https://app.example.evil.example' },
    forbidden,
  ),
  row('admits pages of listed origins', '/listed', { origin: 'https://app.example' }, { status: 101 }),
  row('refuses the host itself when it is not listed', '/listed', { origin: 'http://localhost' }, forbidden),
  row('admits all pages when told to', '/any', { origin: 'null' }, { status: 101 }),
  row(
    'chooses a subprotocol of the client that it speaks',
    '/spoken',
    { 'sec-websocket-protocol': 'v3, v2, v1' },
    {
      status: 101,
      headers: { 'sec-websocket-protocol': 'v2' },
    },
  ),
  row(
    'chooses none when it speaks none',
    '/open',
    { 'sec-websocket-protocol': 'v1' },
    {
      status: 101,
      headers: { 'sec-websocket-protocol': null },
    },
  ),
  row(
    'does not compress unless told to',
    '/open',
    { 'sec-websocket-extensions': 'permessage-deflate' },
    {
      status: 101,
      headers: { 'sec-websocket-extensions': null },
    },
  ),
  row(
    'agrees to compression',
    '/small',
    { 'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits' },
    {
      status: 101,
      headers: {
        'sec-websocket-extensions': /^permessage-deflate; server_no_context_takeover; client_no_context_takeover$/,
      },
    },
  ),
  row(
    'keeps to the window that the client wants',
    '/small',
    { 'sec-websocket-extensions': 'permessage-deflate; server_max_window_bits=10' },
    {
      status: 101,
      headers: { 'sec-websocket-extensions': /server_max_window_bits=10/ },
    },
  ),
  row(
    'declines an extension that it does not know',
    '/small',
    { 'sec-websocket-extensions': 'x-webkit-deflate-frame' },
    {
      status: 101,
      headers: { 'sec-websocket-extensions': null },
    },
  ),
  row('answers 401 before there is a socket', '/private', {}, { status: 401, code: 'unauthorized' }),
  row(
    'answers 403 when a guard does not hold',
    '/private',
    { authorization: bearer({ ...good, role: 'user' }) },
    forbidden,
  ),
  row('admits who is signed in', '/private', { authorization: bearer(good) }, { status: 101 }),
  row('answers 401 without asking when no session cookie is there', '/session', {}, { status: 401 }),
  row(
    'asks a session store before there is a socket',
    '/session',
    { cookie: 'sid=bad' },
    { status: 401 },
    'javascript',
  ),
  row('admits a session', '/session', { cookie: 'sid=good' }, { status: 101 }),
  row(
    'answers 422 to parameters that do not fit',
    '/rooms/x?since=1',
    {},
    {
      status: 422,
      errors: ['params /id type'],
    },
  ),
  row(
    'answers 422 to a query that does not fit',
    '/rooms/1?since=x',
    {},
    { status: 422, errors: ['query /since type'] },
  ),
  row('sends headers that upgrade sets', '/rooms/7', {}, { status: 101, headers: { 'x-room': '7' } }),
  row('answers what upgrade throws', '/rooms/404', {}, { status: 404, code: 'not-found' }, 'javascript'),
  row(
    'answers what middleware returns instead of a socket',
    '/teapots/one',
    {},
    { status: 418, body: 'no socket here' },
    'javascript',
  ),
]
