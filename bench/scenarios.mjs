/** What is asked of every server: one row per scenario, in the order of the tables. */
import { EVENTS } from './app/events.mjs'
import { badNote, goodNote } from './app/note.mjs'
import { origin } from './app/origin.mjs'
import { badToken, goodToken } from './app/token.mjs'

const json = { 'content-type': 'application/json' }
const message = /^\{"message":"Hello, World!"\}$/

/** @type {import('./harness/scenario.mjs').Scenario[]} */
export const scenarios = [
  { id: 'json', title: 'JSON', path: '/json', status: 200, answer: message },
  { id: 'params', title: 'Path parameter', path: '/users/42', status: 200, answer: /^\{"id":"42"\}$/ },
  { id: 'async', title: 'Async handler', path: '/async', status: 200, answer: message },
  {
    id: 'post',
    title: 'POST 1 KiB, valid',
    path: '/notes',
    method: 'POST',
    headers: json,
    body: goodNote,
    status: 200,
    answer: /^\{"title":"Minutes of the meeting on the new harbour wall","tags":8\}$/,
  },
  {
    id: 'invalid',
    title: 'POST 1 KiB, 422',
    path: '/notes',
    method: 'POST',
    headers: json,
    body: badNote,
    status: 422,
    answer: /priority.*email|email.*priority/s,
    native: true,
  },
  {
    id: 'jwt',
    title: 'JWT, valid',
    path: '/private',
    headers: { authorization: `Bearer ${goodToken}` },
    status: 200,
    answer: /^\{"sub":"user-1"\}$/,
  },
  { id: 'anonymous', title: 'JWT missing, 401', path: '/private', status: 401, native: true },
  {
    id: 'forged',
    title: 'JWT forged, 401',
    path: '/private',
    headers: { authorization: `Bearer ${badToken}` },
    status: 401,
    native: true,
  },
  { id: 'missing', title: 'Unknown path, 404', path: '/nowhere', status: 404, native: true },
  { id: 'plaintext', title: 'Plain text', path: '/plaintext', status: 200, answer: /^Hello, World!$/ },
  {
    id: 'pipelined',
    title: 'Plain text, 16 pipelined',
    path: '/plaintext',
    status: 200,
    answer: /^Hello, World!$/,
    pipeline: 16,
  },
  { id: 'single', title: 'JSON, 1 connection', path: '/json', status: 200, answer: message, connections: 1 },
  { id: 'many', title: 'JSON, 512 connections', path: '/json', status: 200, answer: message, connections: 512 },
  { id: 'tls', title: 'JSON, TLS', path: '/json', status: 200, answer: message, listener: 'tls' },
  {
    id: 'cors',
    title: 'JSON, cross-origin',
    path: '/json',
    headers: { origin },
    status: 200,
    answer: message,
    listener: 'cors',
  },
  { id: 'limited', title: 'Rate limit, 429', path: '/limited', status: 429, native: true },
  { id: 'small', title: 'File, 4 KiB', path: '/files/small.bin', status: 200, answer: /^(small )+/, native: true },
  { id: 'large', title: 'File, 1 MiB', path: '/files/large.bin', status: 200, answer: /^(large )+/, native: true },
  {
    id: 'events',
    title: 'Server-sent event, 100 in a response',
    path: '/events',
    status: 200,
    answer: /^.*data: \{"n":0,.*data: \{"n":99,[^\n]*\n\n/s,
    parts: EVENTS,
  },
  { id: 'echo', title: 'WebSocket echo, 64 B', path: '/ws', status: 101, echo: true },
]
