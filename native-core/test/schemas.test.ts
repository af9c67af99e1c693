import { createApp, type InjectResponse, type Schema } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { compileSchema } from '../src/schema/convert.ts'
import { describeHosts } from './hosts.ts'

const rest = (schema: Schema, part: 'body' | 'query' = 'body'): string =>
  compileSchema(schema, part, 'test').rest?.kind ?? 'nothing'
const engine = (schema: Schema, part: 'body' | 'query' = 'body'): unknown => compileSchema(schema, part, 'test').engine

it.each<[string, string, Schema]>([
  [
    'nothing',
    'a strict object of plain types',
    z.strictObject({
      a: z.string().min(1).max(5),
      b: z.int().min(0),
      c: z.boolean(),
      d: z.null(),
      e: z.enum(['x']),
      f: z.literal(1),
    }),
  ],
  [
    'nothing',
    'formats that have a pattern',
    z.strictObject({ a: z.uuid(), b: z.iso.datetime(), c: z.iso.date(), d: z.email() }),
  ],
  ['nothing', 'a regular expression that Rust honours', z.strictObject({ a: z.string().regex(/^[a-z]{2,}-\d+$/) })],
  [
    'nothing',
    'lists, tuples, records, optional and nullable values',
    z.strictObject({
      a: z.array(z.string()).min(1),
      b: z.tuple([z.string(), z.number()]),
      c: z.record(z.string(), z.number()),
      d: z.string().optional(),
      e: z.string().nullable(),
    }),
  ],
  ['nothing', 'a union of plain values', z.strictObject({ a: z.union([z.string(), z.number()]) })],
  ['normalise', 'an object that drops unknown keys', z.object({ a: z.string() })],
  ['normalise', 'a default', z.strictObject({ a: z.string().default('x') })],
  ['normalise', 'objects in lists', z.strictObject({ a: z.array(z.object({ b: z.string() })) })],
  ['library', 'an object in a union', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])],
  ['library', 'a transform', z.strictObject({ a: z.string().transform(Number) })],
  ['library', 'a pipe', z.strictObject({ a: z.string().pipe(z.string().min(1)) })],
  ['library', 'a refinement', z.strictObject({ a: z.string().refine((text) => text !== 'no') })],
  ['library', 'a check over the whole object', z.strictObject({ a: z.string() }).check(() => undefined)],
  ['library', 'trimming', z.strictObject({ a: z.string().trim() })],
  ['library', 'coercion in a body', z.strictObject({ a: z.coerce.number() })],
  ['library', 'a date', z.strictObject({ a: z.coerce.date() })],
  ['library', 'a preprocessor', z.strictObject({ a: z.preprocess((value) => value, z.string()) })],
  ['library', 'a catch', z.strictObject({ a: z.string().catch('x') })],
  ['library', 'an intersection', z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() }))],
  ['library', 'a regular expression with flags', z.strictObject({ a: z.string().regex(/^a/i) })],
  ['library', 'a regular expression with look-ahead', z.strictObject({ a: z.string().regex(/^(?!x)/) })],
  ['library', 'a back-reference', z.strictObject({ a: z.string().regex(/^(.)\1$/) })],
  ['library', 'a format that only code can check', z.strictObject({ a: z.url() })],
  ['library', 'a custom type', z.strictObject({ a: z.custom<string>((value) => value === 'x') })],
  ['library', 'a codec', z.strictObject({ a: z.codec(z.string(), z.number(), { decode: Number, encode: String }) })],
  ['library', 'a recursive object', recursive()],
])('leaves %s for JavaScript: %s', (expected, _title, schema) => {
  expect(rest(schema)).toBe(expected)
})

function recursive(): Schema {
  const Tree = z.object({
    name: z.string(),
    get children() {
      return z.array(Tree)
    },
  })
  return Tree
}

it('leaves nothing for text parts whose coercion Rust does', () => {
  expect(rest(z.object({ a: z.coerce.number(), b: z.coerce.boolean(), c: z.int() }), 'query')).toBe('nothing')
  expect(rest(z.object({ a: z.int().default(20) }), 'query')).toBe('normalise')
  expect(rest(z.object({ a: z.coerce.date() }), 'query')).toBe('library')
})

it('is never stricter in Rust than the library is', () => {
  expect(engine(z.strictObject({ a: z.coerce.number().min(5) }))).toMatchObject({ properties: { a: {} } })
  expect(engine(z.strictObject({ a: z.string().regex(/^a/i).min(2) }))).toMatchObject({
    properties: { a: { type: 'string', minLength: 2 } },
  })
  expect(JSON.stringify(engine(z.strictObject({ a: z.string().regex(/^a/i) })))).not.toContain('pattern')
  expect(JSON.stringify(engine(z.strictObject({ a: z.string().trim().min(2).email() })))).not.toMatch(
    /minLength|pattern|format/,
  )
  expect(engine(z.strictObject({ a: z.preprocess(Number, z.int()) }))).toMatchObject({ properties: { a: {} } })
  expect(engine(z.strictObject({ a: z.int().catch(1) }))).toMatchObject({ properties: { a: {} } })
})

describeHosts('schemas', () => {
  /** A body against a schema: what the host and the library make of it must be what the library alone makes of it. */
  const rows: Array<[Schema, unknown[]]> = [
    [z.object({ a: z.coerce.number() }), [{ a: '5' }, { a: 5 }, { a: 'x' }, {}]],
    [z.object({ a: z.string().regex(/^a/i) }), [{ a: 'Abc' }, { a: 'abc' }, { a: 'xbc' }]],
    [z.object({ a: z.string().regex(/^(?!x)\w+$/) }), [{ a: 'abc' }, { a: 'xbc' }, { a: 'é' }]],
    [z.object({ a: z.string().trim().min(2) }), [{ a: ' ab ' }, { a: ' a ' }]],
    [z.object({ a: z.preprocess((value) => Number(value), z.int()) }), [{ a: '7' }, { a: 'x' }]],
    [z.object({ a: z.int().catch(1) }), [{ a: 2 }, { a: 'x' }, {}]],
    [z.object({ a: z.unknown(), b: z.any() }), [{}, { a: 1 }, { a: null, b: [] }]],
    [z.object({ a: z.union([z.string(), z.undefined()]), b: z.coerce.string() }), [{}, { a: 'x', b: 1 }, { a: 1 }]],
    [
      z.object({ a: z.string().prefault('x'), b: z.string().optional().nonoptional() }),
      [{}, { b: 'x' }, { a: 1, b: 'x' }],
    ],
    [z.object({ a: z.string().readonly(), b: z.lazy(() => z.int()) }), [{ a: 'x', b: 1 }, { a: 'x' }, { b: 1 }]],
    [z.object({ a: z.templateLiteral(['id-', z.int()]) }), [{ a: 'id-5' }, { a: 'id-x' }]],
    [z.object({ a: z.stringbool() }), [{ a: 'yes' }, { a: 'maybe' }]],
    [z.object({ a: z.json() }), [{ a: { b: [1, null] } }, {}]],
    [
      z.object({ a: z.base64(), b: z.ipv4(), c: z.nanoid(), d: z.iso.time(), e: z.iso.duration() }).partial(),
      [
        { a: 'YWI=' },
        { a: '*' },
        { b: '1.2.3.4' },
        { b: '1.2.3' },
        { c: 'x' },
        { d: '10:00' },
        { d: '25:00' },
        { e: 'P1D' },
        { e: '1D' },
      ],
    ],
    [z.object({ a: z.string().startsWith('x').endsWith('z').includes('y') }), [{ a: 'xyz' }, { a: 'xz' }]],
    [z.object({ a: z.string().max(2) }).required(), [{ a: '😀' }, { a: 'abc' }]],
    [
      z.object({ a: z.number().positive().finite(), b: z.number().lt(5) }).partial(),
      [{ a: 0 }, { a: 0.1, b: 4.9 }, { b: 5 }],
    ],
    [z.object({ a: z.int().or(z.null()) }), [{ a: null }, { a: 1 }, { a: 1.5 }, {}]],
    [z.partialRecord(z.enum(['a', 'b']), z.int()), [{ a: 1 }, {}, { c: 1 }]],
    [z.record(z.enum(['a', 'b']), z.int()), [{ a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2, c: 3 }]],
    [z.record(z.string().regex(/^x/), z.int()), [{ x1: 1 }, { y: 1 }]],
    [z.map(z.string(), z.int()).optional(), [{}]],
    [z.xor([z.object({ a: z.int() }), z.object({ b: z.int() })]), [{ a: 1 }, { a: 1, b: 2 }, {}]],
    [
      z.object({ a: z.string().default('d'), b: z.object({ c: z.int().default(3) }).optional() }),
      [{}, { a: 'x', b: {} }, { a: null }, { b: { c: 'x' } }],
    ],
    [z.object({ a: z.array(z.object({ b: z.string() })) }), [{ a: [{ b: 'x', more: 1 }], more: 2 }, { a: [{}] }]],
    [z.strictObject({ a: z.string().nullable().optional() }), [{}, { a: null }, { a: 1 }, { b: 1 }]],
    [z.union([z.object({ a: z.string() }), z.object({ b: z.int() })]), [{ a: 'x', c: 1 }, { b: 1 }, { b: 'x' }, {}]],
    [z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })), [{ a: 'x', b: 1 }, { a: 'x' }]],
    [
      recursive(),
      [
        { name: 'a', children: [{ name: 'b', children: [], more: 1 }] },
        { name: 'a', children: [{ name: 1, children: [] }] },
        { name: 'a' },
      ],
    ],
    [z.object({ a: z.coerce.date() }), [{ a: '2024-01-01' }, { a: 'never' }]],
    [z.object({ a: z.url() }), [{ a: 'https://a.example/x' }, { a: 'nope' }]],
    [z.looseObject({ a: z.int() }), [{ a: 1, more: [1] }, { a: 1.5 }]],
    [
      z.object({ a: z.int() }).catchall(z.string()),
      [
        { a: 1, b: 'x' },
        { a: 1, b: 2 },
      ],
    ],
    [z.record(z.string(), z.int()), [{ a: 1 }, { a: 'x' }]],
    [z.tuple([z.string(), z.int()]), [['a', 1], ['a'], ['a', 1, 2], ['a', 'b']]],
    [
      z
        .array(z.enum(['a', 'b']))
        .min(1)
        .max(2),
      [['a'], [], ['a', 'b', 'a'], ['c']],
    ],
    [z.number().min(1).max(2).multipleOf(0.5), [1.5, 1.2, 3, '1']],
    [z.object({ a: z.int().optional() }).refine((value) => value.a !== 3), [{ a: 1 }, { a: 3 }, { a: 'x' }]],
    [
      z.object({ a: z.email(), b: z.uuid(), c: z.iso.datetime() }).partial(),
      [{ a: 'a@b.example' }, { a: 'a@b' }, { b: 'x' }, { c: '2024-01-01T00:00:00Z' }, { c: '2024-01-01' }],
    ],
    [z.object({ a: z.string().length(2) }), [{ a: 'ab' }, { a: 'abc' }, { a: 'äö' }]],
    [z.object({ a: z.literal(['x', 1]) }), [{ a: 'x' }, { a: 1 }, { a: '1' }]],
    [
      z.object({
        a: z.discriminatedUnion('k', [
          z.object({ k: z.literal('n'), n: z.int() }),
          z.object({ k: z.literal('s'), s: z.string() }),
        ]),
      }),
      [{ a: { k: 'n', n: 1, more: 1 } }, { a: { k: 's', n: 1 } }, { a: { k: 'z' } }],
    ],
  ]

  it.each(rows.map(([schema, values]) => ({ schema, values })))(
    'verdict and value are the library’s: row %#',
    async ({ schema, values }) => {
      const app = createApp()
      app.post('/', { body: schema }, (ctx) => ({ value: ctx.body }))
      for (const value of values) {
        const alone = await schema['~standard'].validate(structuredClone(value))
        const answer: InjectResponse = await app.inject({ method: 'POST', url: '/', json: value })
        expect(answer.status, `${JSON.stringify(value)}: ${answer.text()}`).toBe(alone.issues === undefined ? 200 : 422)
        if (alone.issues === undefined)
          expect(answer.json()).toEqual(JSON.parse(JSON.stringify({ value: alone.value })))
      }
      await app.close()
    },
  )

  it('runs an asynchronous library', async () => {
    const app = createApp()
    app.post(
      '/',
      { body: z.object({ name: z.string().refine(async (name) => name !== 'taken', 'is taken') }) },
      (ctx) => ctx.body,
    )
    expect((await app.inject({ method: 'POST', url: '/', json: { name: 'free' } })).status).toBe(200)
    const taken = await app.inject({ method: 'POST', url: '/', json: { name: 'taken' } })
    expect(taken.json()).toMatchObject({
      status: 422,
      errors: [{ in: 'body', path: '/name', code: 'custom', message: 'is taken' }],
    })
    await app.close()
  })

  it('takes a schema of another library that has a JSON Schema form', async () => {
    const app = createApp()
    app.post('/', { body: handMade }, (ctx) => ({ doubled: ctx.body * 2 }))
    expect((await app.inject({ method: 'POST', url: '/', json: 4 })).json()).toEqual({ doubled: 8 })
    expect((await app.inject({ method: 'POST', url: '/', json: 'x' })).json()).toMatchObject({
      errors: [{ code: 'type' }],
    })
    expect((await app.inject({ method: 'POST', url: '/', json: 13 })).json()).toMatchObject({
      errors: [{ code: 'custom', message: 'unlucky' }],
    })
    await app.close()
  })
})

const handMade: Schema<number, number> = {
  '~standard': {
    version: 1,
    vendor: 'hand-made',
    validate: (value: unknown) => (value === 13 ? { issues: [{ message: 'unlucky' }] } : { value: value as number }),
    jsonSchema: { input: () => ({ type: 'number' }), output: () => ({ type: 'number' }) },
  } as Schema<number, number>['~standard'],
}

it('refuses a schema without a JSON Schema form', () => {
  const bare = { '~standard': { version: 1, vendor: 'bare', validate: (value: unknown) => ({ value }) } } as Schema
  const app = createApp()
  expect(() => app.post('/x', { body: bare }, () => 1)).toThrow(
    expect.objectContaining({
      code: 'unsupported-schema',
      message: expect.stringContaining("POST /x: body: a schema of 'bare'"),
    }),
  )
})
