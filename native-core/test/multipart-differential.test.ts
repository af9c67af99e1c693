/**
 * Generated and mutated bodies, and the corpus in `fuzz/corpus/multipart`: read the same however they are cut, and as another parser reads
 * them. For as long as one likes: `BOLT_ROUNDS=1000000 BOLT_SEED=7 npx vitest run test/multipart-differential.test.ts`. What a run finds goes
 * into the corpus.
 */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Busboy } from '@fastify/busboy'
import { expect, it } from 'vitest'
import { formSettings } from '../src/forms/limits.ts'
import { MultipartParser } from '../src/forms/multipart.ts'

const rounds = Number(process.env.BOLT_ROUNDS ?? 4_000)
const seed = Number(process.env.BOLT_SEED ?? 1)
const limits = formSettings({})
const corpus = new URL('../fuzz/corpus/multipart/', import.meta.url)
const files = readdirSync(fileURLToPath(corpus))
  .sort()
  .map((name) => ({ name, bytes: readFileSync(new URL(name, corpus)) }))

interface Part {
  name: string
  filename: string | undefined
  content: string
}

it.each(files)('reads $name of the corpus as another parser does, and the same in pieces', async ({ bytes }) => {
  for (const size of [1, 2, 3, 7]) await compare(bytes, () => size)
})

it('reads generated and mutated bodies as another parser does, and the same in pieces', {
  timeout: rounds * 5 + 15_000,
}, async () => {
  const total = { accepted: 0, compared: 0 }
  for (let round = 0; round < rounds; round++) {
    const random = dice(seed * 0x1_0000 + round)
    const bytes = random(3) === 0 ? (pick(random, files).bytes as Buffer) : generated(random)
    const input = Array.from({ length: random(4) }).reduce<Buffer>((body) => mutated(random, body), bytes)
    const most = pick(random, [1, 3, 20, 100])
    const { isAccepted, isCompared } = await compare(input, () => 1 + random(most)).catch((error: unknown) => {
      throw new Error(`seed ${seed}, round ${round}: ${JSON.stringify(input.toString('latin1'))}`, { cause: error })
    })
    total.accepted += Number(isAccepted)
    total.compared += Number(isCompared)
  }
  expect(total.accepted).toBeGreaterThan(rounds / 5)
  expect(total.compared).toBeGreaterThan(total.accepted * 0.75)
})

/** Throws where a body is read otherwise in pieces, or otherwise by the other parser; that one may refuse what we accept. */
async function compare(bytes: Buffer, sizes: () => number): Promise<{ isAccepted: boolean; isCompared: boolean }> {
  const whole = read(bytes, () => bytes.length)
  expect(read(bytes, sizes)).toEqual(whole)
  // Browsers end a quoted name at \", and write a backslash as it is; busboy goes on. Of two names of a file it takes the other one.
  // A field that names a charset, spelled loosely enough, it decodes by it, where the parser hands over bytes.
  const isDecoded = /content-type:[^\n]*=/i.test(bytes.toString('latin1')) && bytes.some((byte) => byte > 0x7f)
  const isReadOtherwise = whole === undefined || isDecoded || bytes.includes('\\"') || bytes.includes('filename*')
  const theirs = isReadOtherwise ? undefined : await busboy(bytes)
  if (theirs !== undefined) expect(sorted(whole ?? [])).toEqual(sorted(theirs))
  return { isAccepted: whole !== undefined, isCompared: theirs !== undefined }
}

/**
 * What must be the same, without the order, as files are told of later than fields. Of names, not what busboy reads as browsers do not write it
 * (HTML standard, "multipart/form-data encoding algorithm"): it leaves `%22` as it is, and takes a backslash for the beginning of an escape.
 */
function sorted(parts: Part[]): string[] {
  const plain = (text: string | undefined): string | undefined => text?.replaceAll('%22', '"').replaceAll('\\', '')
  const same = ({ name, filename, content }: Part): Part => ({
    name: plain(name) ?? '',
    filename: plain(filename),
    content,
  })
  return parts.map((part) => JSON.stringify(same(part))).sort()
}

/** The parts of a body; undefined when it is refused. */
function read(body: Uint8Array, sizes: () => number): Part[] | undefined {
  const parser = new MultipartParser('b', limits)
  const parts: Array<{ name: string; filename: string | undefined; bytes: Uint8Array[] }> = []
  try {
    for (let [at, end] = [0, 0]; at < body.length; at = end) {
      end = at + Math.max(1, sizes())
      for (const event of parser.push(body.subarray(at, end))) {
        if (event.kind === 'part') parts.push({ name: event.head.name, filename: event.head.filename, bytes: [] })
        else if (event.kind === 'data') parts.at(-1)?.bytes.push(Buffer.from(event.bytes))
      }
    }
    parser.finish()
  } catch (error) {
    expect(String(error)).toMatch(/The form is malformed: |forms\./)
    return undefined
  }
  return parts.map(({ name, filename, bytes }) => ({
    name,
    filename,
    content: Buffer.concat(bytes).toString('latin1'),
  }))
}

/** What @fastify/busboy makes of a body; undefined when it refuses it. */
async function busboy(bytes: Uint8Array): Promise<Part[] | undefined> {
  const parser = new Busboy({
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    preservePath: true,
    isPartAFile: (_name, _type, filename) => filename !== undefined,
    limits: { fieldNameSize: 4_096 },
    defCharset: 'latin1',
  })
  const parts: Part[] = []
  parser.on('field', (name, content) => parts.push({ name, filename: undefined, content }))
  parser.on('file', (name, stream, filename) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => parts.push({ name, filename, content: Buffer.concat(chunks).toString('latin1') }))
    stream.on('error', () => undefined)
  })
  try {
    const done = once(parser, 'finish')
    parser.end(bytes)
    await done
    return parts
  } catch {
    return undefined
  }
}

type Random = (below: number) => number

/** Numbers that follow from a seed (mulberry32). */
function dice(start: number): Random {
  let state = start >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[random(values.length)] as Value
}

const names = ['a', '"a"', '"a b"', '"%22"', '"\\\\"', '"a;b=c"', '"ü"', '""', "a'b"]
const contents = ['', 'text', '\r\n--', '--b', '\r\n', 'a\r\nb', '\r\n--B', '\r\n-', '--b--', '\0\xff', 'x'.repeat(40)]
const more = [
  'Content-Type: text/plain',
  'content-type:a/b; c="d"',
  'X-Y: z',
  'Content-Transfer-Encoding: binary',
  'X:',
]

function generated(random: Random): Buffer {
  const parts = Array.from({ length: random(4) }, () => {
    const file = random(3) === 0 ? `;${pick(random, ['', ' '])}filename=${pick(random, names)}` : ''
    const disposition = `Content-Disposition: form-data; name=${pick(random, names)}${file}`
    const others = Array.from({ length: random(2) }, () => pick(random, more))
    const head = random(4) === 0 ? [...others, disposition] : [disposition, ...others]
    return `--b\r\n${head.join('\r\n')}\r\n\r\n${pick(random, contents)}${pick(random, contents)}\r\n`
  })
  return Buffer.from(
    `${pick(random, ['', '', '\r\n'])}${parts.join('')}--b--${pick(random, ['', '\r\n', '\r\nmore'])}`,
    'utf8',
  )
}

const pieces = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '--',
    '-',
    '--b',
    '\r\n--b',
    '\r\n--b\r\n',
    '\r\n--b--',
    'b',
    '"',
    '\\',
    ';',
    ':',
    '=',
    ' ',
  ],
  ...[
    '\t',
    '\0',
    '\xff',
    '%',
    '%22',
    '*',
    'name=',
    '; name="x"',
    '; filename="y"',
    'filename*=',
    'Content-Disposition: form-data',
  ],
].map((text) => Buffer.from(text, 'latin1'))

/** Changes a place. */
function mutated(random: Random, body: Buffer): Buffer {
  const at = random(body.length + 1)
  const some = 1 + random(6)
  const put = (bytes: Uint8Array, over: number): Buffer =>
    Buffer.concat([body.subarray(0, at), bytes, body.subarray(at + over)])
  switch (random(5)) {
    case 0:
      return put(pick(random, pieces), 0)
    case 1:
      return put(pick(random, pieces), some)
    case 2:
      return put(Buffer.alloc(0), some)
    case 3:
      return put(Buffer.of(random(256)), 1)
    default: {
      const from = random(body.length + 1)
      return put(body.subarray(from, from + some), 0)
    }
  }
}
