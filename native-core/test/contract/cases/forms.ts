import { type Answer, type Ask, type Case, raw } from '../case.ts'

const app = 'forms' as const
const urlencoded = (url: string, body: string, type = 'application/x-www-form-urlencoded'): Ask => ({
  method: 'POST',
  url,
  body: Buffer.from(body, 'latin1'),
  headers: { 'content-type': type },
})

/** A text as `[name, text]`, a file as `[name, text, filename, type]`. */
type Part = [name: string, content: string, filename?: string, type?: string]

const partText = ([name, content, filename, type]: Part): string => {
  const file = filename === undefined ? '' : `; filename="${filename}"`
  const media = type === undefined ? '' : `\r\nContent-Type: ${type}`
  return `--edge\r\nContent-Disposition: form-data; name="${name}"${file}${media}\r\n\r\n${content}\r\n`
}
const bytes = (...parts: Part[]): Buffer => Buffer.from(`${parts.map(partText).join('')}--edge--\r\n`)
const multipart = (url: string, ...parts: Part[]): Ask => sent(url, bytes(...parts))
const sent = (url: string, body: string | Uint8Array): Ask => ({
  method: 'POST',
  url,
  body,
  headers: { 'content-type': 'multipart/form-data; boundary=edge' },
})
const invalid = (...errors: string[]): Answer => ({ status: 422, code: 'validation-failed', errors })
const malformed: Answer = { status: 400, code: 'bad-request' }
const tooLarge = (knob: string): Answer => ({ status: 413, code: 'body-too-large', body: new RegExp(knob) })

export const forms: Case[] = [
  {
    title: 'reads a urlencoded form by its schema',
    app,
    ask: urlencoded('/notes', 'title=a+b%26c&stars=3&done=true&tags=x&tags=y&unknown=1'),
    answer: { status: 201, body: '{"title":"a b&c","stars":3,"done":true,"tags":["x","y"]}' },
  },
  {
    title: 'makes a list of one value where the schema has one',
    app,
    ask: urlencoded('/notes', 'title=abc&tags=x'),
    answer: { status: 201, body: { tags: ['x'] } },
  },
  {
    title: 'reads a multipart form by the same schema',
    app,
    ask: multipart('/notes', ['title', 'a b&c'], ['stars', '3'], ['tags', 'x'], ['tags', 'y']),
    answer: { status: 201, body: '{"title":"a b&c","stars":3,"done":false,"tags":["x","y"]}' },
  },
  {
    title: 'reads text beyond ASCII',
    app,
    ask: multipart('/notes', ['title', 'grüße 🎉'], ['slug', ' trimmed ']),
    answer: { status: 201, body: { title: 'grüße 🎉', slug: 'trimmed' } },
  },
  {
    title: 'reads percent-encoded UTF-8, and UTF-8 that was not encoded',
    app,
    ask: urlencoded('/notes', 'title=gr%C3%BC\xc3\xbcn'),
    answer: { status: 201, body: { title: 'grüün' } },
  },
  {
    title: 'reports everything that is wrong with a form at once',
    app,
    ask: urlencoded('/notes', 'title=ab&stars=9&done=perhaps'),
    answer: invalid('body /title minLength', 'body /stars maximum', 'body /done type'),
  },
  {
    title: 'reports a missing field',
    app,
    ask: multipart('/notes', ['stars', '1']),
    answer: invalid('body /title required'),
  },
  {
    title: 'reports a field that is there twice',
    app,
    ask: urlencoded('/notes', 'title=abc&stars=1&stars=2'),
    answer: invalid('body /stars type'),
  },
  {
    title: 'reports an empty form as missing its fields',
    app,
    ask: urlencoded('/notes', ''),
    answer: invalid('body /title required'),
  },
  {
    title: 'reports unknown fields where the schema is strict',
    app,
    ask: urlencoded('/strict', 'a=1&b=2'),
    answer: { status: 422, code: 'validation-failed' },
  },
  {
    title: 'keeps __proto__ a name like any other',
    app,
    ask: urlencoded('/notes', 'title=abc&__proto__=x&constructor=y'),
    answer: { status: 201, body: '{"title":"abc","done":false}' },
  },
  ...['application/json', 'text/plain', 'multipart/mixed; boundary=edge', 'multipart/form-datax; boundary=edge'].map(
    (type): Case => ({
      title: `answers 415 to a form sent as ${type}`,
      app,
      ask: urlencoded('/notes', 'title=abc', type),
      answer: { status: 415, code: 'unsupported-media-type', body: /multipart\/form-data/ },
      native: true,
    }),
  ),
  {
    title: 'answers 415 to a form in a content coding',
    app,
    ask: {
      ...urlencoded('/notes', 'title=abc'),
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
    },
    answer: { status: 415, headers: { 'accept-encoding': 'identity' } },
    native: true,
  },
  {
    title: 'checks parameters before it reads the form',
    app,
    ask: urlencoded('/both/x', 'a=1'),
    answer: invalid('params /id type'),
    native: true,
  },
  {
    title: 'hands over parameters and form',
    app,
    ask: urlencoded('/both/7', 'a=1'),
    answer: { status: 200, body: '{"id":7,"a":"1"}' },
  },
  {
    title: 'takes a small file into memory',
    app,
    ask: multipart('/avatar', ['name', 'Ann'], ['avatar', 'pixels', 'me.png', 'image/png']),
    answer: {
      status: 200,
      body: { name: 'Ann', avatar: { name: 'me.png', type: 'image/png', size: 6, text: 'pixels', isSpooled: false } },
    },
  },
  {
    title: 'puts a large file on the disk',
    app,
    ask: multipart('/avatar', ['avatar', 'x'.repeat(300), 'me.txt', 'text/plain'], ['name', 'Ann']),
    answer: { status: 200, body: { avatar: { size: 300, text: 'x'.repeat(20), isSpooled: true } } },
  },
  {
    title: 'takes an empty file',
    app,
    ask: multipart('/avatar', ['name', 'Ann'], ['avatar', '', 'empty.txt', 'text/plain']),
    answer: { status: 200, body: { avatar: { size: 0 } } },
  },
  {
    title: 'takes several files of one field',
    app,
    ask: multipart('/photos', ['photos', 'a', '1.txt'], ['photos', 'b'.repeat(200), '2.txt']),
    answer: {
      status: 200,
      body: [
        { name: '1.txt', type: 'application/octet-stream' },
        { name: '2.txt', size: 200 },
      ],
    },
  },
  {
    title: 'makes a list of one file where the schema has one',
    app,
    ask: multipart('/photos', ['photos', 'a', '1.txt']),
    answer: { status: 200, body: [{ name: '1.txt' }] },
  },
  {
    title: 'takes a file that was not chosen for none',
    app,
    ask: multipart('/optional', ['photo', '', '', 'application/octet-stream']),
    answer: { status: 200, body: { photo: null } },
  },
  ...(
    [
      ['../../etc/passwd', 'passwd'],
      ['C:\\\\dir\\\\a.txt', 'a.txt'],
      ['.htaccess', 'htaccess'],
      ['a%22b.txt', 'a_b.txt'],
      ['..', 'file'],
    ] as const
  ).map(
    ([given, name]): Case => ({
      title: `makes a safe name of ${given}`,
      app,
      ask: multipart('/optional', ['photo', 'x', given]),
      answer: { status: 200, body: { photo: name } },
    }),
  ),
  {
    title: 'checks size and type of a file by the schema, with everything else',
    app,
    ask: multipart('/avatar', ['avatar', 'x'.repeat(600), 'a.gif', 'image/gif']),
    answer: invalid('body /name required', 'body /avatar maxBytes', 'body /avatar enum'),
  },
  {
    title: 'reports text where a file is expected',
    app,
    ask: multipart('/avatar', ['name', 'Ann'], ['avatar', 'just text']),
    answer: invalid('body /avatar type'),
  },
  {
    title: 'reports a file where text is expected',
    app,
    ask: multipart('/notes', ['title', 'abc', 'a.txt']),
    answer: invalid('body /title type'),
  },
  {
    title: 'reports two files where one is expected',
    app,
    ask: multipart(
      '/avatar',
      ['name', 'Ann'],
      ['avatar', 'a', 'a.png', 'image/png'],
      ['avatar', 'b', 'b.png', 'image/png'],
    ),
    answer: invalid('body /avatar type'),
  },
  {
    title: 'sends an uploaded file back before it is removed',
    app,
    ask: multipart('/echo', ['photo', 'y'.repeat(150), 'a.txt']),
    answer: { status: 200, headers: { 'content-type': 'text/x-echo' }, body: 'y'.repeat(150) },
  },
  {
    title: 'refuses more fields than the limit, and names the knob',
    app,
    ask: urlencoded('/notes', 'a&b&c&d&e&f&g'),
    answer: tooLarge('forms\\.fields'),
  },
  {
    title: 'refuses more parts than the limit',
    app,
    ask: multipart('/notes', ...Array.from({ length: 7 }, (_, at): Part => [`n${at}`, 'x'])),
    answer: tooLarge('forms\\.fields'),
  },
  {
    title: 'refuses a million fields',
    app,
    ask: urlencoded('/notes', 'a=&'.repeat(340_000)),
    answer: tooLarge('forms\\.fields'),
  },
  {
    title: 'refuses a field that is too large',
    app,
    ask: urlencoded('/notes', `title=${'x'.repeat(300)}`),
    answer: tooLarge('forms\\.fieldBytes'),
  },
  {
    title: 'refuses a part that is too large',
    app,
    ask: multipart('/notes', ['title', 'x'.repeat(300)]),
    answer: tooLarge('forms\\.fieldBytes'),
  },
  {
    title: 'refuses more files than the limit',
    app,
    ask: multipart('/photos', ...Array.from({ length: 4 }, (_, at): Part => ['photos', 'x', `${at}.txt`])),
    answer: tooLarge('forms\\.files'),
  },
  {
    title: 'refuses a file that is too large, and names the knob of the route',
    app,
    ask: multipart('/photos', ['photos', 'x'.repeat(1_001), 'a.txt']),
    answer: tooLarge('1000 \\(forms\\.fileBytes, or formLimits\\.fileBytes'),
  },
  {
    title: 'refuses the head of a part that is too large',
    app,
    ask: multipart('/photos', ['photos', 'x', 'a'.repeat(5_000)]),
    answer: tooLarge('forms\\.headerBytes'),
  },
  {
    title: 'refuses a form that is larger than the body may be, before it is read',
    app,
    ask: urlencoded('/small', `a=${'x'.repeat(100)}`),
    answer: tooLarge('bodyBytes'),
    native: true,
  },
  {
    title: 'refuses chunks of a form that add up',
    app,
    ask: raw(
      'POST /small HTTP/1.1\nHost: localhost\nContent-Type: application/x-www-form-urlencoded\nTransfer-Encoding: chunked',
      `28\r\na=${'x'.repeat(38)}\r\n28\r\n${'y'.repeat(40)}\r\n0\r\n\r\n`,
    ),
    answer: { status: 413 },
    closes: true,
  },
  ...(
    [
      ['a broken percent-encoding', urlencoded('/notes', 'title=%zz')],
      ['bytes that are not UTF-8', urlencoded('/notes', 'title=%ff%fe')],
      ['a part that is not UTF-8', sent('/notes', Buffer.from(`${partText(['title', '\xff\xfe'])}--edge--`, 'latin1'))],
      ['no boundary in its type', { ...sent('/notes', bytes()), headers: { 'content-type': 'multipart/form-data' } }],
      ['another boundary than its type says', sent('/notes', '--other\r\n\r\n--other--')],
      ['no last boundary', sent('/notes', partText(['title', 'abc']))],
      ['a file without its last boundary', sent('/optional', partText(['photo', 'x'.repeat(500), 'a.txt']))],
      ['a part without a name', sent('/notes', '--edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n--edge--')],
      ['no bytes', sent('/notes', 'x')],
    ] as Array<[string, Ask]>
  ).map(([what, ask]): Case => ({ title: `answers 400 to a form with ${what}`, app, ask, answer: malformed })),
]
