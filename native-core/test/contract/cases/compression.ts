import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { long, veryLong } from '../apps/compressed.ts'
import type { Answer, Case } from '../case.ts'

const app = 'compressed' as const
const get = (url: string, accept?: string, more: Record<string, string> = {}) => ({
  url,
  headers: { ...(accept === undefined ? {} : { 'accept-encoding': accept }), ...more },
})
const json = JSON.stringify({ long })
const gzipped = { 'content-encoding': 'gzip', vary: 'accept-encoding' }
const plain = { 'content-encoding': null, vary: 'accept-encoding' }
const untouched = { 'content-encoding': null, vary: null, 'content-length': String(long.length) }
const answered = (headers: Answer['headers'], body: string, decode?: Answer['decode']): Answer => ({
  status: 200,
  headers: { ...headers },
  body,
  ...(decode === undefined ? {} : { decode }),
})

export const compression: Case[] = [
  { title: 'sends gzip', app, ask: get('/json', 'gzip'), answer: answered(gzipped, json, gunzipSync) },
  {
    title: 'sends brotli',
    app,
    ask: get('/json', 'br'),
    answer: answered({ 'content-encoding': 'br' }, json, brotliDecompressSync),
  },
  {
    title: 'sends what a promise gave compressed',
    app,
    ask: get('/later', 'gzip'),
    answer: answered(gzipped, json, gunzipSync),
  },
  { title: 'sends text compressed', app, ask: get('/text', 'gzip'), answer: answered(gzipped, long, gunzipSync) },
  {
    title: 'prefers its own first coding among equal weights',
    app,
    ask: get('/json', 'br, gzip'),
    answer: answered(gzipped, json, gunzipSync),
  },
  {
    title: 'follows the weights of the client',
    app,
    ask: get('/json', 'gzip;q=0.5, br;q=0.8'),
    answer: answered({ 'content-encoding': 'br' }, json, brotliDecompressSync),
  },
  {
    title: 'takes a star for whatever is not named',
    app,
    ask: get('/json', '*, gzip;q=0'),
    answer: answered({ 'content-encoding': 'br' }, json, brotliDecompressSync),
  },
  { title: 'says Vary without Accept-Encoding too', app, ask: get('/json'), answer: answered(plain, json) },
  ...['', 'identity', 'gzip;q=0', 'deflate', 'gzip;q=2', 'gzip;level=1', 'identity;q=1, gzip;q=0.2'].map(
    (accept): Case => ({
      title: `sends no coding for ${JSON.stringify(accept)}`,
      app,
      ask: get('/json', accept),
      answer: answered(plain, json),
    }),
  ),
  {
    title: 'answers although every coding is refused',
    app,
    ask: get('/json', 'identity;q=0, *;q=0'),
    answer: answered(plain, json),
  },
  {
    title: 'leaves small answers alone',
    app,
    ask: get('/small', 'gzip'),
    answer: answered({ 'content-encoding': null, vary: null }, '{"ok":true}'),
  },
  { title: 'leaves pictures alone', app, ask: get('/picture', 'gzip'), answer: answered(untouched, long) },
  {
    title: 'leaves alone what is encoded',
    app,
    ask: get('/encoded', 'gzip'),
    answer: answered({ 'content-encoding': 'x-own', vary: null }, long),
  },
  { title: 'obeys no-transform', app, ask: get('/no-transform', 'gzip'), answer: answered(untouched, long) },
  {
    title: 'leaves parts alone',
    app,
    ask: get('/partial', 'gzip'),
    answer: { status: 206, headers: { 'content-encoding': null }, body: long },
  },
  { title: 'leaves alone a reply that says so', app, ask: get('/as-is', 'gzip'), answer: answered(untouched, long) },
  {
    title: 'leaves alone a route that says so',
    app,
    ask: get('/opted-out', 'gzip'),
    answer: answered(untouched, long),
  },
  {
    title: 'leaves alone a group that says so',
    app,
    ask: get('/quiet/text', 'gzip'),
    answer: answered(untouched, long),
  },
  {
    title: 'weakens a strong entity tag and adds to Vary',
    app,
    ask: get('/tagged', 'gzip'),
    answer: answered({ etag: 'W/"v1"', vary: 'cookie, accept-encoding', 'content-encoding': 'gzip' }, long, gunzipSync),
  },
  {
    title: 'keeps the entity tag of what it does not encode',
    app,
    ask: get('/tagged'),
    answer: answered({ etag: '"v1"', vary: 'cookie, accept-encoding' }, long),
  },
  {
    title: 'answers HEAD with the fields of GET',
    app,
    ask: { ...get('/json', 'gzip'), method: 'HEAD' },
    answer: { status: 200, headers: { ...gzipped, 'content-length': /^\d{2,3}$/ }, body: '' },
  },
  {
    title: 'compresses what a mounted handler answers',
    app,
    ask: get('/mounted/x', 'gzip'),
    answer: answered(gzipped, long, gunzipSync),
  },
  {
    title: 'compresses a stream',
    app,
    ask: get('/stream', 'gzip'),
    answer: answered({ ...gzipped, 'content-length': null }, long, gunzipSync),
  },
  {
    title: 'compresses a stream with brotli',
    app,
    ask: get('/stream', 'br'),
    answer: answered({ 'content-encoding': 'br', 'content-length': null }, long, brotliDecompressSync),
  },
  {
    title: 'says Vary with a stream that this client gets as it is',
    app,
    ask: get('/stream'),
    answer: answered(plain, long),
  },
  {
    title: 'compresses a stream of known length, which then has none',
    app,
    ask: get('/stream-of-length', 'gzip'),
    answer: answered({ ...gzipped, etag: 'W/"v1"', 'content-length': null }, long, gunzipSync),
  },
  {
    title: 'keeps the length of a stream that is not compressed',
    app,
    ask: get('/stream-of-length'),
    answer: answered({ etag: '"v1"', 'content-length': String(long.length) }, long),
  },
  {
    title: 'leaves alone a stream that says so',
    app,
    ask: get('/stream-as-is', 'gzip'),
    answer: answered({ 'content-encoding': null, vary: null }, long),
  },
  {
    title: 'leaves events alone',
    app,
    ask: get('/events', 'gzip'),
    answer: { status: 200, headers: { 'content-type': 'text/event-stream', 'content-encoding': null, vary: null } },
  },
  {
    title: 'compresses a large answer piece by piece',
    app,
    ask: get('/large', 'gzip'),
    answer: answered({ ...gzipped, 'content-length': null }, veryLong, gunzipSync),
  },
  {
    title: 'compresses a large answer with brotli',
    app,
    ask: get('/large', 'br'),
    answer: answered({ 'content-encoding': 'br' }, veryLong, brotliDecompressSync),
  },
  {
    title: 'answers HEAD of a large answer without content',
    app,
    ask: { ...get('/large', 'gzip'), method: 'HEAD' },
    answer: { status: 200, headers: { ...gzipped, 'content-length': null }, body: '' },
  },
  {
    title: 'sends a large answer as it is to a client that takes no coding',
    app,
    ask: get('/large'),
    answer: answered({ ...plain, 'content-length': String(veryLong.length) }, veryLong),
  },
  {
    title: 'compresses a fixed answer natively',
    app,
    ask: get('/fixed', 'br'),
    answer: answered({ 'content-encoding': 'br', vary: 'accept-encoding' }, json, brotliDecompressSync),
    native: true,
  },
  {
    title: 'leaves alone a fixed answer that says so',
    app,
    ask: get('/fixed-as-is', 'br'),
    answer: answered({ 'content-encoding': null, vary: null }, json),
    native: true,
  },
  {
    title: 'is on by default',
    ask: get('/openapi.json', 'gzip'),
    answer: { status: 200, headers: gzipped, decode: gunzipSync, body: /^\{"openapi"/ },
    native: true,
  },
  {
    title: 'serves a file that was compressed beforehand',
    app,
    ask: get('/files/long.txt', 'gzip, br'),
    answer: answered(
      {
        'content-encoding': 'br',
        'content-type': 'text/plain; charset=utf-8',
        'content-length': '17',
        vary: 'accept-encoding',
        etag: /^"[0-9a-f-]+-br"$/,
      },
      'stands for brotli',
    ),
    native: true,
  },
  {
    title: 'serves the one beside that the client takes',
    app,
    ask: get('/files/long.txt', 'gzip'),
    answer: answered({ 'content-encoding': 'gzip', etag: /^"[0-9a-f-]+-gzip"$/ }, 'stands for gzip'),
    native: true,
  },
  {
    title: 'serves a range of what was compressed beforehand',
    app,
    ask: get('/files/long.txt', 'br', { range: 'bytes=0-5' }),
    answer: {
      status: 206,
      headers: { 'content-range': 'bytes 0-5/17', 'content-encoding': 'br' },
      body: 'stands',
    },
    native: true,
  },
  {
    title: 'serves the original without Accept-Encoding, and says that it varies',
    app,
    ask: get('/files/long.txt'),
    answer: { status: 200, headers: { ...plain, etag: /^"[0-9a-f]+-[0-9a-f]+"$/ }, body: /^const answer/ },
    native: true,
  },
  {
    title: 'compresses a file that has none beside it',
    app,
    ask: get('/files/alone.txt', 'gzip'),
    answer: {
      status: 200,
      headers: { ...gzipped, etag: /^W\/"/, 'accept-ranges': null },
      decode: gunzipSync,
      body: /^body \{/,
    },
    native: true,
  },
  {
    title: 'serves a range of the file as it is',
    app,
    ask: get('/files/alone.txt', 'gzip', { range: 'bytes=0-3' }),
    answer: { status: 206, headers: { 'content-encoding': null, 'content-length': '4' }, body: 'body' },
    native: true,
  },
  {
    title: 'answers HEAD of a compressed file with the fields of GET',
    app,
    ask: { ...get('/files/alone.txt', 'gzip'), method: 'HEAD' },
    answer: { status: 200, headers: { ...gzipped, 'content-length': /^\d{2}$/ }, body: '' },
    native: true,
  },
  {
    title: 'leaves files alone when told so',
    app,
    ask: get('/plain-files/long.txt', 'gzip'),
    answer: { status: 200, headers: { 'content-encoding': null, vary: null }, body: /^const answer/ },
    native: true,
  },
  {
    title: 'compresses a file of a handler',
    app,
    ask: get('/file', 'gzip'),
    answer: { status: 200, headers: { ...gzipped, etag: /^W\/"/ }, decode: gunzipSync, body: /^body \{/ },
  },
]
