import { describe, expect, it } from 'vitest'
import { parseArray, writeArray } from '../../src/postgres/arrays.ts'
import { builtinArrays } from '../../src/postgres/builtin-arrays.ts'
import { defaultParsers } from '../../src/postgres/parse.ts'
import { type Answer, rowsOf, unknownTypes } from '../../src/postgres/result.ts'
import { serialize } from '../../src/postgres/serialize.ts'

const text = (value: string): string => value

describe('array literals', () => {
  it.each([
    ['{}', []],
    ['{a,b}', ['a', 'b']],
    ['{NULL,"NULL",null}', [null, 'NULL', 'null']],
    ['{"","a b","a,b","{}"}', ['', 'a b', 'a,b', '{}']],
    [String.raw`{"a\"b","\\","\\\""}`, ['a"b', '\\', '\\"']],
    [
      '{{1,2},{3,NULL}}',
      [
        ['1', '2'],
        ['3', null],
      ],
    ],
    ['{{{a}},{{"b}"}}}', [[['a']], [['b}']]]],
    ['[0:1]={7,8}', ['7', '8']],
    ['[2:2][0:1]={{7,8}}', [['7', '8']]],
    ['{ä,"日 本",😀}', ['ä', '日 本', '😀']],
  ])('reads %s', (literal, expected) => {
    expect(parseArray(literal, text)).toEqual(expected)
  })

  it('reads elements as their type is read, and boxes with their own delimiter', () => {
    expect(parseArray('{1,NULL,3}', Number)).toEqual([1, null, 3])
    expect(parseArray('{(1,1),(0,0);(2,2),(1,1)}', text, ';')).toEqual(['(1,1),(0,0)', '(2,2),(1,1)'])
  })

  it.each(['', '1', '{', '{a', '{"a', '{"a"b}', '{{a}b}', String.raw`{"\"`])('refuses %j', (literal) => {
    expect(() => parseArray(literal, text)).toThrow('PostgreSQL sent an array that is none')
  })

  it('reads what it writes', () => {
    const pieces = ['', 'NULL', '"', '\\', ',', '{', '}', ' ', 'a', '\n', 'é', '\\"']
    for (let seed = 1; seed < 500; seed += 1) {
      const list = Array.from({ length: seed % 5 }, (_, at) => {
        const piece = (shift: number): string => pieces[(seed * 7 + at * 5 + shift * seed) % pieces.length] as string
        return (seed + at) % 6 === 0 ? null : piece(1) + piece(2) + piece(3)
      })
      expect(parseArray(writeArray(list, String), text)).toEqual(list)
      expect(parseArray(writeArray([list, list], String), text)).toEqual([list, list])
    }
  })
})

describe('parameters', () => {
  const sent = (...values: unknown[]) => serialize(values, {}, 'select')

  it.each([
    [true, 't', 16],
    [false, 'f', 16],
    [12n, '12', 20],
    [new Date(0), '1970-01-01T00:00:00.000Z', 1184],
    [new Uint8Array([0, 255]), '\\x00ff', 17],
    [Buffer.from('a'), '\\x61', 17],
    [1.5, '1.5', 0],
    [Number.NaN, 'NaN', 0],
    [-0, '0', 0],
    ['x', 'x', 0],
    ['', '', 0],
    [null, null, 0],
    [{ a: [1] }, '{"a":[1]}', 0],
    [new URL('http://a.example/'), 'http://a.example/', 0],
    [[], '{}', 0],
    [[1, null, 'a"b'], '{"1",NULL,"a\\"b"}', 0],
    [[true, [false]], '{"t",{"f"}}', 0],
    [[{ a: 'b' }], '{"{\\"a\\":\\"b\\"}"}', 0],
    [[new Uint8Array([1])], '{"\\\\x01"}', 0],
  ])('sends %o as %j', (value, expected, type) => {
    expect(sent(value)).toEqual({ texts: [expected], types: type === 0 ? undefined : [type] })
  })

  it('tells the type of those alone that can have no other', () => {
    expect(sent('a', true, null, 1n).types).toEqual([0, 16, 0, 20])
  })

  it.each([
    [[1, undefined], 'Parameter $2 is undefined. Pass null for no value.'],
    [[[1, undefined]], 'Parameter $1 is undefined. Pass null for no value.'],
    [[() => 1], 'Parameter $1 is a function, which cannot be sent.'],
    [[Symbol('s')], 'Parameter $1 is a symbol, which cannot be sent.'],
    [[new Date(Number.NaN)], 'Parameter $1 is an invalid Date.'],
  ])('refuses %o', (values, message) => {
    expect(() => serialize(values, {}, 'select')).toThrow(message)
  })

  it('asks the serializer of a type, and takes only text from it', () => {
    const same = (value: unknown): unknown => value
    expect(serialize([new Date(0), true], { 1184: same, 16: () => 'yes' }, '').texts).toEqual([
      '1970-01-01T00:00:00.000Z',
      'yes',
    ])
  })
})

describe('results', () => {
  const answer = (columns: Answer['columns'], ...rows: unknown[][]): Answer => ({
    columns,
    rows,
    command: 'SELECT',
    count: rows.length,
  })

  it('have rows as objects or as lists, a count, a command and columns', () => {
    const given = () =>
      answer(
        [
          ['id', 23],
          ['title', 25],
        ],
        [1, 'a'],
        [2, null],
      )
    const objects = rowsOf(given(), 'objects', defaultParsers(), builtinArrays)
    expect([...objects]).toEqual([
      { id: 1, title: 'a' },
      { id: 2, title: null },
    ])
    expect(objects).toMatchObject({ count: 2, command: 'SELECT' })
    expect(objects.columns).toEqual([
      { name: 'id', type: 23 },
      { name: 'title', type: 25 },
    ])
    expect(Object.keys(objects)).toEqual(['0', '1'])
    expect(objects.map((row) => row).constructor).toBe(Array)
    const values = rowsOf(given(), 'values', defaultParsers(), builtinArrays)
    expect([...values]).toEqual([
      [1, 'a'],
      [2, null],
    ])
  })

  it('hold the last of two columns of one name, and one named __proto__ as a property', () => {
    const twice = rowsOf(
      answer(
        [
          ['a', 23],
          ['a', 23],
        ],
        [1, 2],
      ),
      'objects',
      defaultParsers(),
      builtinArrays,
    )
    expect([...twice]).toEqual([{ a: 2 }])
    const [row = {}] = rowsOf(
      answer(
        [
          ['__proto__', 25],
          ['b', 23],
        ],
        ['x', 1],
      ),
      'objects',
      defaultParsers(),
      builtinArrays,
    )
    expect(Object.entries(row)).toEqual([
      ['__proto__', 'x'],
      ['b', 1],
    ])
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
  })

  it.each<[type: number, cell: unknown, value: unknown]>([
    [16, true, true],
    [23, 7, 7],
    [20, '9007199254740993', '9007199254740993'],
    [1700, '1.10', '1.10'],
    [701, 'NaN', Number.NaN],
    [700, '-Infinity', Number.NEGATIVE_INFINITY],
    [701, 1.5, 1.5],
    [3802, { a: 1 }, { a: 1 }],
    [114, 'NaN', 'NaN'],
    [17, '\\x00ff', Buffer.from([0, 255])],
    [1184, '2024-01-02 03:04:05.678+00', new Date('2024-01-02T03:04:05.678Z')],
    [1082, '2024-01-02', new Date('2024-01-02')],
    [1000, '{t,f,NULL}', [true, false, null]],
    [1022, '{1.5,NaN,Infinity}', [1.5, Number.NaN, Number.POSITIVE_INFINITY]],
    [3807, '{"{\\"a\\": 1}",NULL}', [{ a: 1 }, null]],
    [1001, '{"\\\\x01"}', [Buffer.from([1])]],
    [1020, '{(1,1),(0,0);(3,3),(2,2)}', ['(1,1),(0,0)', '(3,3),(2,2)']],
    [600, '(1,2)', '(1,2)'],
  ])('of type %i have %j as its value', (type, cell, value) => {
    const [row] = rowsOf(answer([['a', type]], [cell]), 'values', defaultParsers(), builtinArrays)
    expect(row).toStrictEqual([value])
  })

  it.each<[type: number, cell: unknown, given: string]>([
    [16, false, 'f'],
    [23, 7, '7'],
    [701, 'NaN', 'NaN'],
    [114, { a: 'b' }, '{"a":"b"}'],
    [1184, '2024-01-02 03:04:05+00', '2024-01-02 03:04:05+00'],
    [1007, '{1}', '{1}'],
  ])('of type %i are what the own parser of a type makes of the text', (type, cell, given) => {
    const parsers = { ...defaultParsers(), [type]: (value: string) => `own ${value}` }
    const [row] = rowsOf(answer([['a', type]], [cell], [null]), 'values', parsers, builtinArrays)
    expect(row).toEqual([`own ${given}`])
  })

  it('need the catalog for types of the database whose values may be arrays', () => {
    const answers = [
      answer(
        [
          ['a', 16_400],
          ['b', 16_401],
          ['c', 25],
          ['d', 16_402],
        ],
        ['{x}', 'x', '{x}', null],
      ),
    ]
    expect(unknownTypes(answers, (type) => type < 10_000)).toEqual([16_400])
  })
})
