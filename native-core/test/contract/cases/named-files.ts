import type { Case } from '../case.ts'

const get = (url: string, headers: Record<string, string> = {}) => ({ url, headers })

export const namedFiles: Case[] = [
  {
    title: 'sends a file that a handler names',
    ask: get('/file/hello.txt'),
    answer: {
      status: 200,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-length': '11',
        'cache-control': 'private, no-cache',
        'accept-ranges': 'bytes',
        etag: /^"[0-9a-f]+-[0-9a-f]+"$/,
        'last-modified': / GMT$/,
        'content-disposition': null,
      },
      body: 'hello file\n',
    },
  },
  {
    title: 'sends a range of a named file',
    ask: get('/file/hello.txt', { range: 'bytes=6-9' }),
    answer: { status: 206, headers: { 'content-range': 'bytes 6-9/11' }, body: 'file' },
  },
  {
    title: 'answers several ranges with the whole file',
    ask: get('/file/hello.txt', { range: 'bytes=0-1,3-4' }),
    answer: { status: 200, body: 'hello file\n' },
  },
  {
    title: 'answers a range of another state of the file with the whole',
    ask: get('/file/hello.txt', { range: 'bytes=0-1', 'if-range': '"other"' }),
    answer: { status: 200, body: 'hello file\n' },
  },
  {
    title: 'refuses a range outside a named file',
    ask: get('/file/hello.txt', { range: 'bytes=99-' }),
    answer: { status: 416, headers: { 'content-range': 'bytes */11' } },
  },
  {
    title: 'takes a star within a list for no tag',
    ask: get('/file/hello.txt', { 'if-none-match': '"a", *' }),
    answer: { status: 200 },
  },
  {
    title: 'answers 304 to If-None-Match: *',
    ask: get('/file/hello.txt', { 'if-none-match': '*' }),
    answer: { status: 304, headers: { 'content-length': null, etag: /./ } },
  },
  {
    title: 'answers 304 to a client that has the named file since',
    ask: get('/file/hello.txt', { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }),
    answer: { status: 304 },
  },
  {
    title: 'answers HEAD of a named file',
    ask: { method: 'HEAD', url: '/file/hello.txt' },
    answer: { status: 200, headers: { 'content-length': '11' }, body: '' },
  },
  {
    title: 'has a named file saved under its name',
    ask: get('/download'),
    answer: {
      status: 200,
      headers: {
        'content-disposition': `attachment; filename="gr__e _x_.txt"; filename*=UTF-8''gr%C3%BC%C3%9Fe%20%22x%22.txt`,
        'content-type': 'text/x-own',
        'x-more': '1',
      },
    },
  },
  {
    title: 'sends a named file whole with another status',
    ask: get('/file-created', { range: 'bytes=0-1', 'if-none-match': '*' }),
    answer: { status: 201, headers: { 'content-range': null }, body: 'hello file\n' },
  },
  {
    title: 'sends an empty file',
    ask: get('/file/empty.txt'),
    answer: { status: 200, headers: { 'content-length': '0' }, body: '' },
  },
  {
    title: 'answers 404 to a named file that is not there',
    ask: get('/file/nope.txt'),
    answer: { status: 404, code: 'not-found' },
  },
  ...[
    '..%2fcase.ts',
    '%2e%2e',
    '.hidden',
    '%2fetc%2fpasswd',
    'sub',
    'hello.txt%00',
    '..%5ccase.ts',
    'hello.txt%2f',
  ].map(
    (name): Case => ({
      title: `does not leave the root of a named file by ${name}`,
      ask: get(`/file/${name}`),
      answer: { status: 404, code: 'not-found' },
    }),
  ),
]
