import { BoltError, createApp, firstOf, jwt, requires } from '@bolt-app/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

/** JavaScript callers have no compiler; every row is a mistake that must be refused where it is made. */
type Loose = Record<string, (...args: unknown[]) => unknown>

const secret = 'x'.repeat(32)
const key = { kty: 'RSA', n: 'AQAB', e: 'AQAB' }
const app = (): Loose => createApp() as unknown as Loose
const make = createApp as unknown as (options: unknown) => unknown
const token = jwt as unknown as (options: unknown) => unknown
const handler = (): number => 1
const auth = jwt({ algorithms: ['HS256'], secret })

const mistakes: Array<[title: string, act: () => unknown, code: string, message: RegExp, hint: RegExp]> = [
  [
    'a security header that splits the response',
    () => make({ securityHeaders: { 'x-a': 'b\r\nc: d' } }),
    'invalid-option',
    /securityHeaders/,
    /'x-a' has a control character/,
  ],
  [
    'a header of a fixed answer that the server sets',
    () => app().answer?.('/a', 'x', { headers: { 'Content-Length': '1' } }),
    'invalid-option',
    /answer \/a: option 'headers'/,
    /set by the server/,
  ],
  [
    'a CORS method that is none',
    () => make({ cors: { origins: '*', methods: ['GET, POST'] } }),
    'invalid-option',
    /'methods'/,
    /token at index 0/,
  ],
  [
    'files behind a sign-in',
    () => app().group?.('/g', { auth }, (r: unknown) => (r as Loose).static?.('/f', '.')),
    'invalid-option',
    /static \/g\/f: its group has auth/,
    /handler/,
  ],
  [
    'a fixed answer behind a sign-in',
    () => app().group?.('/g', { auth }, (r: unknown) => (r as Loose).answer?.('/f', 'x')),
    'invalid-option',
    /answer \/g\/f: its group has auth/,
    /handler/,
  ],
  [
    'a mount behind a sign-in',
    () => app().group?.('/g', { auth }, (r: unknown) => (r as Loose).mount?.('/f', handler)),
    'invalid-option',
    /mount \/g\/f: its group has auth/,
    /handler/,
  ],
  [
    'a form together with a body',
    () => app().post?.('/a', { form: z.object({}), body: z.object({}) }, handler),
    'invalid-option',
    /POST \/a: form together with body/,
    /one kind of body/,
  ],
  [
    'a form that the handler reads as a stream',
    () => app().post?.('/a', { form: z.object({}), streamBody: true }, handler),
    'invalid-option',
    /form together with streamBody/,
    /one kind of body/,
  ],
  [
    'a form on GET',
    () => app().get?.('/a', { form: z.object({}) }, handler),
    'invalid-option',
    /a form on GET/,
    /GET takes none/,
  ],
  [
    'bounds of a form that is not there',
    () => app().post?.('/a', { formLimits: { files: 1 } }, handler),
    'invalid-option',
    /formLimits without form/,
    /one kind of body/,
  ],
  [
    'a form whose schema is no object',
    () => app().post?.('/a', { form: z.array(z.string()) }, handler),
    'unsupported-schema',
    /POST \/a: form: the schema is not an object/,
    /declare each name/,
  ],
  [
    'an unknown bound on forms',
    () => make({ forms: { fileByts: 1 } }),
    'invalid-option',
    /createApp\(\): forms: unknown option 'fileByts'/,
    /did you mean 'fileBytes'/,
  ],
  [
    'a folder for files as a bound of a route',
    () => app().post?.('/a', { form: z.object({}), formLimits: { folder: '/tmp' } }, handler),
    'invalid-option',
    /unknown option 'folder'/,
    /known options: fields/,
  ],
  [
    'a coding that there is not',
    () => make({ compression: { encodings: ['deflate'] } }),
    'invalid-option',
    /compression/,
    /"zstd", "gzip", "br"/,
  ],
  [
    'a coding named twice',
    () => make({ compression: { encodings: ['br', 'br'] } }),
    'invalid-option',
    /encodings/,
    /each coding once/,
  ],
  [
    'a level beyond what its coding has',
    () => make({ compression: { level: { zstd: 22 } } }),
    'invalid-option',
    /'zstd' is 22/,
    /from 1 to 19/,
  ],
  [
    'a media type to compress that is none',
    () => make({ compression: { types: ['json'] } }),
    'invalid-option',
    /types/,
    /media type such as/,
  ],
  [
    'compression turned on by a word',
    () => make({ compression: 'on' }),
    'invalid-option',
    /'compression' is "on"/,
    /false, or an object/,
  ],
  [
    'compression of a route that is no flag',
    () => app().get?.('/a', { compression: 'off' }, handler),
    'invalid-option',
    /'compression' is "off"/,
    /true or false/,
  ],
  ['a percent-encoded path', () => app().get?.('/caf%C3%A9', handler), 'invalid-path', /percent-encoded/, /decoded/],
  [
    'an unknown app option, naming the near one',
    () => make({ opneapi: {} }),
    'invalid-option',
    /createApp\(\): unknown option 'opneapi'/,
    /did you mean 'openapi'/,
  ],
  [
    'options that are no object',
    () => make('x'),
    'invalid-option',
    /expected an options object, got "x"/,
    /known options/,
  ],
  [
    'an unknown nested option',
    () => make({ cors: { origins: ['https://a.example'], origin: 1 } }),
    'invalid-option',
    /cors: unknown option 'origin'/,
    /'origins'/,
  ],
  ['CORS without origins', () => make({ cors: {} }), 'invalid-option', /'origins' is missing/, /known/],
  [
    'an origin with a path',
    () => make({ cors: { origins: ['https://a.example/'] } }),
    'invalid-option',
    /cors: option 'origins'/,
    /without a path/,
  ],
  [
    'credentials with every origin',
    () => make({ cors: { origins: '*', credentials: true } }),
    'invalid-option',
    /'\*' with credentials/,
    /list the origins/,
  ],
  [
    'an unknown limit',
    () => make({ limits: { bodySize: 1 } }),
    'invalid-option',
    /limits: unknown option 'bodySize'/,
    /bodyBytes/,
  ],
  [
    'a limit that is no number',
    () => make({ limits: { bodyBytes: '1mb' } }),
    'invalid-option',
    /'bodyBytes' is "1mb"/,
    /whole number/,
  ],
  ['a limit of zero', () => make({ limits: { headBytes: 0 } }), 'invalid-option', /'headBytes' is 0/, /from 1/],
  [
    'a proxy that is no address',
    () => make({ trustedProxies: ['10.0.0.0/33'] }),
    'invalid-option',
    /trustedProxies/,
    /CIDR/,
  ],
  [
    'a logger without error',
    () => make({ logger: { info: handler } }),
    'invalid-option',
    /logger/,
    /info, warn and error/,
  ],
  [
    'OpenAPI without a title',
    () => make({ openapi: { version: '1' } }),
    'invalid-option',
    /'title' is missing/,
    /known/,
  ],
  [
    'a page without a document',
    () => make({ openapi: { title: 'a', version: '1', docs: '/docs', document: false } }),
    'invalid-option',
    /docs without/,
    /both or neither/,
  ],
  [
    'a path without a slash',
    () => app().get?.('notes', handler),
    'invalid-path',
    /GET notes: .*does not begin with a slash/,
    /\/notes\/:id/,
  ],
  ['a path with a query', () => app().get?.('/notes?x', handler), 'invalid-path', /character of \?/, /query schema/],
  [
    'a parameter inside a segment',
    () => app().get?.('/n-:id', handler),
    'invalid-path',
    /mixes text and a parameter/,
    /whole segment/,
  ],
  ['a parameter without a name', () => app().get?.('/:', handler), 'invalid-path', /no proper name/, /:id/],
  ['a parameter twice', () => app().get?.('/:id/:id', handler), 'invalid-path', /'id' twice/, /own name/],
  ['a catch-all that is not last', () => app().get?.('/*path/x', handler), 'invalid-path', /not last/, /ends its path/],
  [
    'a route without a handler',
    () => app().get?.('/x'),
    'invalid-option',
    /GET \/x: the handler is a undefined/,
    /last argument/,
  ],
  [
    'an unknown route option',
    () => app().get?.('/x', { quary: z.object({}) }, handler),
    'invalid-option',
    /GET \/x: unknown option 'quary'/,
    /did you mean 'query'/,
  ],
  [
    'a schema that is none',
    () => app().get?.('/x', { query: { a: 'string' } }, handler),
    'invalid-option',
    /GET \/x: option 'query'/,
    /Standard Schema/,
  ],
  [
    'a status that is an error',
    () => app().get?.('/x', { status: 404 }, handler),
    'invalid-option',
    /'status' is 404/,
    /200 to 399/,
  ],
  [
    'a response map of bad statuses',
    () => app().get?.('/x', { response: { ok: z.string() } }, handler),
    'invalid-option',
    /'response'/,
    /by status/,
  ],
  [
    'auth that is none',
    () => app().get?.('/x', { auth: {} }, handler),
    'invalid-option',
    /GET \/x: auth: auth is not something that signs in/,
    /jwt\(\)/,
  ],
  [
    'a guard that is none',
    () => app().get?.('/x', { auth, guard: () => true }, handler),
    'invalid-option',
    /'guard' is a function/,
    /requires/,
  ],
  [
    'a body on GET',
    () => app().get?.('/x', { body: z.object({}) }, handler),
    'invalid-option',
    /a body schema on GET/,
    /POST/,
  ],
  [
    'a streamed body on GET',
    () => app().get?.('/x', { streamBody: true }, handler),
    'invalid-option',
    /streamBody on GET/,
    /POST/,
  ],
  [
    'a streamed body with a schema',
    () => app().post?.('/x', { streamBody: true, body: z.object({}) }, handler),
    'invalid-option',
    /POST \/x: body together with streamBody/,
    /leave one of them out/,
  ],
  [
    'a query schema that is no object',
    () => app().get?.('/x', { query: z.string() }, handler),
    'unsupported-schema',
    /GET \/x: query: the schema is not an object/,
    /z\.object/,
  ],
  [
    'a parameter schema with another name',
    () => app().get?.('/x/:id', { params: z.object({ key: z.string() }) }, handler),
    'unsupported-schema',
    /no parameter ':key'/,
    /id/,
  ],
  [
    'a parameter that the schema forgets',
    () => app().get?.('/x/:id/:no', { params: z.object({ id: z.string() }) }, handler),
    'unsupported-schema',
    /':no' of the path is not in the schema/,
    /id, no/,
  ],
  [
    'an unknown group option',
    () => app().group?.('/g', { gaurd: 1 }, handler),
    'invalid-option',
    /group \/g: unknown option 'gaurd'/,
    /guard/,
  ],
  ['a group that ends in a slash', () => app().group?.('/g/', handler), 'invalid-path', /ends in a slash/, /leave/],
  [
    'a folder that is missing',
    () => app().static?.('/a', './no-such-folder'),
    'invalid-option',
    /no-such-folder' is not a folder/,
    /relative/,
  ],
  [
    'an unknown static option',
    () => app().static?.('/a', '.', { maxAge: 1 }),
    'invalid-option',
    /unknown option 'maxAge'/,
    /immutable/,
  ],
  [
    'a mount that is no function',
    () => app().mount?.('/m', {}),
    'invalid-option',
    /mount \/m: expected a function/,
    /Request/,
  ],
  ['middleware that is no function', () => app().use?.({}), 'invalid-option', /use\(\)/, /next/],
  [
    'an algorithm that does not exist',
    () => token({ algorithms: ['none'], secret }),
    'invalid-option',
    /'algorithms' is \["none"\]/,
    /"HS256"/,
  ],
  ['no algorithm', () => token({ algorithms: [], secret }), 'invalid-option', /'algorithms' is \[\]/, /at least 1/],
  [
    'no key',
    () => token({ algorithms: ['HS256'], secret: undefined }),
    'invalid-option',
    /no key/,
    /environment variable/,
  ],
  [
    'two keys',
    () => token({ algorithms: ['HS256'], secret, publicKey: key }),
    'invalid-option',
    /several keys: secret, publicKey/,
    /exactly one/,
  ],
  ['a short secret', () => token({ algorithms: ['HS256'], secret: 'short' }), 'invalid-option', /has 5 bytes/, /32/],
  [
    'a secret for a public-key algorithm',
    () => token({ algorithms: ['RS256'], secret }),
    'invalid-option',
    /cannot be checked with a secret/,
    /publicKey/,
  ],
  [
    'a public key for a secret algorithm',
    () => token({ algorithms: ['HS256'], publicKey: key }),
    'invalid-option',
    /HS256 with publicKey/,
    /mixed/,
  ],
  [
    'mixed families',
    () => token({ algorithms: ['HS256', 'RS256'], secret }),
    'invalid-option',
    /HS256, RS256 with secret/,
    /mixed/,
  ],
  [
    'a private key as a public one',
    () => token({ algorithms: ['RS256'], publicKey: { ...key, d: 'x' } }),
    'invalid-option',
    /private/,
    /public half/,
  ],
  [
    'a key set over plain HTTP',
    () => token({ algorithms: ['RS256'], jwksUrl: 'http://id.example/keys' }),
    'invalid-option',
    /jwksUrl/,
    /https/,
  ],
  [
    'an unknown token option',
    () => token({ algorithms: ['HS256'], secret, isuer: 'x' }),
    'invalid-option',
    /unknown option 'isuer'/,
    /issuer/,
  ],
  ['a guard on nothing', () => requires({}), 'invalid-option', /names no claim/, /role/],
  [
    'a guard on an object',
    () => requires({ a: {} as string }),
    'invalid-option',
    /claim 'a' is compared with/,
    /string, number or boolean/,
  ],
  ['nothing to choose from', () => firstOf(), 'invalid-option', /no arguments/, /at least one/],
]

describe('refuses at once', () => {
  it.each(mistakes)('%s', (_title, act, code, message, hint) => {
    let thrown: unknown
    try {
      act()
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(BoltError)
    const error = thrown as BoltError
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
  })

  it('never shows a secret', () => {
    for (const options of [
      { algorithms: ['RS256'], secret: 'top-secret-top-secret-top-secret' },
      { algorithms: ['HS256'], secret: 'top-secret' },
      { algorithms: 'HS256', secret: 'top-secret' },
    ]) {
      expect(() => token(options)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('top-secret') }),
      )
    }
  })
})

describe('refuses at the start', () => {
  it('two routes for one path, whatever their parameters are called', () => {
    const twice = createApp()
    twice.get('/notes/:id', handler)
    twice.get('/notes/:key', handler)
    expect(() => twice.stats()).toThrow(
      expect.objectContaining({ code: 'duplicate-route', message: expect.stringContaining('GET /notes/:key') }),
    )
  })

  it('a guard without anybody signed in', () => {
    const open = createApp()
    open.get('/x', { guard: requires({ role: 'admin' }) }, handler)
    expect(() => open.stats()).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        message: expect.stringContaining('GET /x: guard without auth'),
      }),
    )
  })

  it('two operations of one name', () => {
    const same = createApp({ openapi: { title: 'a', version: '1' } })
    same.get('/x', { operationId: 'op' }, handler)
    same.get('/y', { operationId: 'op' }, handler)
    expect(() => same.openapi()).toThrow(
      expect.objectContaining({ message: expect.stringContaining("operationId 'op' is taken") }),
    )
  })
})

it.each([
  [{ workers: 0 }, /option 'workers' is 0/],
  [{ workers: 'all' }, /option 'workers' is "all"/],
  [{ workers: {} }, /workers: option 'count' is missing/],
  [{ workers: { count: 2, maxRSS: 1 } }, /unknown option 'maxRSS'.*\n.*did you mean 'maxRss'/],
  [{ workers: { count: 2, maxAge: 0.5 } }, /option 'maxAge' is 0.5/],
])('refuses to listen with %j', async (options, message) => {
  await expect(createApp().listen(options as never)).rejects.toThrow(message)
})
