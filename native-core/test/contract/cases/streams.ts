import { all, type Case, raw } from '../case.ts'

const get = (url: string) => ({ url })
const host = 'Host: localhost'
const chunked = { 'transfer-encoding': 'chunked', 'content-length': null }
const onlyHttp10 = 'inject speaks HTTP/1.1'

export const streams: Case[] = [
  {
    title: 'sends an async iterable of texts as plain text, in chunks',
    ask: get('/stream/texts'),
    answer: {
      status: 200,
      headers: { ...chunked, 'content-type': 'text/plain; charset=utf-8' },
      body: 'one grüße three',
    },
  },
  { title: 'sends an iterable that was promised', ask: get('/stream/async'), answer: { status: 200, body: 'late' } },
  {
    title: 'sends an iterable written as an object',
    ask: get('/stream/literal'),
    answer: { status: 200, body: 'from a literal' },
  },
  {
    title: 'sends a ReadableStream of bytes as bytes',
    ask: get('/stream/web'),
    answer: { status: 200, headers: { ...chunked, 'content-type': 'application/octet-stream' }, body: 'ABC' },
  },
  { title: 'sends a Node stream', ask: get('/stream/node'), answer: { status: 200, body: 'node stream' } },
  {
    title: 'sends a stream with status and headers of a reply',
    ask: get('/stream/reply'),
    answer: {
      status: 202,
      headers: { ...chunked, 'content-type': 'text/event-stream', 'x-one': '1', 'x-frame-options': 'DENY' },
      body: 'data: 1\n\ndata: 2\n\n',
    },
  },
  {
    title: 'sends a stream with the content type set on the context',
    ask: get('/stream/set-header'),
    answer: { status: 200, headers: { 'content-type': 'text/csv' }, body: 'a,b\nc,d\n' },
  },
  {
    title: 'sends the streamed body of a Response in chunks',
    ask: get('/stream/response'),
    answer: {
      status: 203,
      headers: { ...chunked, 'x-two': '2', 'content-type': 'application/octet-stream' },
      body: 'streamed response',
    },
  },
  {
    title: 'keeps the Content-Length of a streamed Response',
    ask: get('/stream/response-length'),
    answer: { status: 200, headers: { 'content-length': '4', 'transfer-encoding': null }, body: 'four' },
  },
  {
    title: 'does not believe the Content-Length of a Response that was decoded',
    ask: get('/stream/response-encoded'),
    answer: { status: 200, headers: chunked, body: 'five!' },
  },
  {
    title: 'sends a stream of a known length without chunks',
    ask: get('/stream/length'),
    answer: { status: 200, headers: { 'content-length': '4', 'transfer-encoding': null }, body: '1234' },
  },
  {
    title: 'sends an empty stream',
    ask: get('/stream/empty'),
    answer: { status: 200, body: '' },
  },
  {
    title: 'sends no content with 204',
    ask: get('/stream/no-content'),
    answer: { status: 204, headers: { 'transfer-encoding': null, 'content-length': null }, body: '' },
  },
  {
    title: 'answers HEAD of a stream with the headers only',
    ask: { method: 'HEAD', url: '/stream/reply' },
    answer: { status: 202, headers: { 'content-type': 'text/event-stream', 'content-length': null }, body: '' },
  },
  {
    title: 'answers HEAD of a stream of known length with that length',
    ask: { method: 'HEAD', url: '/stream/length' },
    answer: { status: 200, headers: { 'content-length': '4' }, body: '' },
  },
  {
    title: 'answers an error that comes before the first chunk as any other',
    ask: get('/stream/throws-first'),
    answer: { status: 418, body: { oops: 'hooked' } },
  },
  {
    title: 'answers 500 to a stream that is being read by somebody else',
    ask: get('/stream/locked'),
    answer: { status: 500, code: 'internal' },
  },
  {
    title: 'sends chunks larger than the buffer',
    ask: get('/stream/large'),
    answer: { status: 200, body: /^x{300000}y{100000}$/ },
  },
  {
    title: 'answers pipelined requests in order, streams and plain answers',
    ask: all(
      raw(`GET /stream/texts HTTP/1.1\n${host}`),
      raw(`GET /healthz HTTP/1.1\n${host}`),
      raw(`GET /stream/reply HTTP/1.1\n${host}`),
      raw(`GET /stream/large HTTP/1.1\n${host}`),
      raw(`GET /a/2 HTTP/1.1\n${host}`),
      raw(`GET /stream/length HTTP/1.1\n${host}`),
    ),
    answer: [
      { status: 200, body: 'one grüße three' },
      { status: 200, body: { status: 'ok' } },
      { status: 202, body: 'data: 1\n\ndata: 2\n\n' },
      { status: 200, body: /^x+y+$/ },
      { status: 200, body: { id: '2' } },
      { status: 200, body: '1234' },
    ],
  },
  {
    title: 'sends a stream to HTTP/1.0 until the connection closes',
    ask: raw(`GET /stream/texts HTTP/1.0\n${host}\nConnection: keep-alive`),
    answer: {
      status: 200,
      headers: { 'transfer-encoding': null, 'content-length': null, connection: 'close' },
      body: 'one grüße three',
    },
    closes: true,
    skip: { inject: onlyHttp10 },
  },
  {
    title: 'keeps HTTP/1.0 alive after a stream of known length',
    ask: all(
      raw(`GET /stream/length HTTP/1.0\n${host}\nConnection: keep-alive`),
      raw(`GET /healthz HTTP/1.0\n${host}`),
    ),
    answer: [{ status: 200, headers: { connection: 'keep-alive' }, body: '1234' }, { status: 200 }],
    skip: { inject: onlyHttp10 },
  },
]

const chunkedPost = (url: string): string => `POST ${url} HTTP/1.1\n${host}\nTransfer-Encoding: chunked`

export const streamedBodies: Case[] = [
  {
    title: 'hands a body over piece by piece',
    ask: { method: 'POST', url: '/upload/count', body: 'x'.repeat(200_000) },
    answer: { status: 200, body: { size: 200_000 } },
  },
  {
    title: 'hands a chunked body over',
    ask: raw(chunkedPost('/upload/count'), '5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n'),
    answer: { status: 200, body: { size: 11 } },
  },
  {
    title: 'hands no body over',
    ask: { method: 'POST', url: '/upload/count' },
    answer: { status: 200, body: { size: 0, pieces: 0 } },
  },
  {
    title: 'echoes a body',
    ask: { method: 'POST', url: '/upload/echo', body: 'there and back' },
    answer: { status: 200, body: 'there and back' },
  },
  {
    title: 'echoes a large body',
    ask: { method: 'POST', url: '/upload/echo', body: 'z'.repeat(500_000) },
    answer: { status: 200, body: /^z{500000}$/ },
  },
  {
    title: 'echoes a body through a mount',
    ask: { method: 'POST', url: '/mounted/echo', body: 'z'.repeat(500_000) },
    answer: { status: 200, body: /^z{500000}$/ },
  },
  {
    title: 'reads on after a small body that nobody read',
    ask: all(
      raw(`POST /upload/ignore HTTP/1.1\n${host}\nContent-Length: 5`, 'abcde'),
      raw(chunkedPost('/upload/ignore'), '5\r\nhello\r\n0\r\n\r\n'),
      raw(`GET /healthz HTTP/1.1\n${host}`),
    ),
    answer: [
      { status: 200, body: { ignored: true } },
      { status: 200, body: { ignored: true } },
      { status: 200, body: { status: 'ok' } },
    ],
  },
  {
    title: 'refuses a body that is announced larger than allowed',
    ask: { method: 'POST', url: '/upload/small', body: 'x'.repeat(11) },
    answer: { status: 413, code: 'body-too-large' },
    native: true,
  },
  {
    title: 'refuses a body that turns out larger than allowed',
    ask: raw(chunkedPost('/upload/small'), '8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n'),
    answer: { status: 413, code: 'body-too-large' },
    closes: true,
  },
  {
    title: 'takes a body at the limit',
    ask: { method: 'POST', url: '/upload/small', body: 'x'.repeat(10) },
    answer: { status: 200, body: { text: 'x'.repeat(10) } },
  },
  {
    title: 'refuses to give a streamed body as a whole',
    ask: { method: 'POST', url: '/upload/bytes', body: 'x' },
    answer: { status: 500, code: 'internal' },
  },
  {
    title: 'gives a whole body as a stream too',
    ask: { method: 'POST', url: '/upload/whole', body: 'whole' },
    answer: { status: 200, body: { text: 'whole' } },
  },
  {
    title: 'refuses a malformed chunk while the handler reads',
    ask: raw(chunkedPost('/upload/count'), '5\r\nhello\r\nxyz\r\n'),
    answer: { status: 400, code: 'bad-request' },
    closes: true,
  },
]
