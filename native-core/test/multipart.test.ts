import { describe, expect, it } from 'vitest'
import { safeFilename } from '../src/forms/filename.ts'
import { formSettings } from '../src/forms/limits.ts'
import { boundaryOf, MultipartParser } from '../src/forms/multipart.ts'

const limits = formSettings({})
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Parts as `name=content` or `name@filename=content`. */
function parse(body: Uint8Array, sizes: () => number = () => body.length, boundary = 'b'): string[] {
  const parser = new MultipartParser(boundary, limits)
  const parts: string[] = []
  for (let [at, end] = [0, 0]; at < body.length; at = end) {
    end = at + Math.max(1, sizes())
    const chunk = body.subarray(at, end)
    for (const event of parser.push(chunk)) {
      const last = parts.length - 1
      if (event.kind === 'part')
        parts.push(`${event.head.name}${event.head.filename === undefined ? '' : `@${event.head.filename}`}=`)
      else if (event.kind === 'data') parts[last] += latin1(event.bytes)
    }
  }
  parser.finish()
  return parts
}

const part = (name: string, content: string, more = ''): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`
const body = (...parts: string[]): Buffer => Buffer.from(`${parts.join('')}--b--\r\n`, 'latin1')

describe('multipart bodies', () => {
  it('are read the same in pieces of any size', () => {
    const tricky = [
      '',
      '\r\n',
      'x--b',
      '\r\n--',
      '\r\n--c',
      '\r\n-\r\n--',
      '--c--',
      'x\r\n--bx'.slice(0, 5),
      '\0\xff',
      'a'.repeat(300),
    ]
    const whole = body(...tricky.map((content, at) => part(`n${at}`, content)), part('f', 'file', '; filename="a.txt"'))
    const expected = [...tricky.map((content, at) => `n${at}=${content}`), 'f@a.txt=file']
    expect(parse(whole)).toEqual(expected)
    for (let size = 1; size < 90; size++)
      expect(
        parse(whole, () => size),
        `pieces of ${size}`,
      ).toEqual(expected)
  })

  it('may begin with a line end, be empty, and be followed by anything', () => {
    expect(parse(Buffer.from('\r\n--b\r\nContent-Disposition: form-data; name=x\r\n\r\ny\r\n--b--'), () => 1)).toEqual([
      'x=y',
    ])
    expect(parse(Buffer.from('--b--'))).toEqual([])
    expect(parse(Buffer.from('--b--\r\nepilogue\r\n--b\r\n'))).toEqual([])
  })

  it('may name a file twice, as .NET does; the name without an encoding counts', () => {
    const given = part('f', 'file', "; filename=a.txt; filename*=utf-8''b.txt")
    expect(parse(body(given))).toEqual(['f@a.txt=file'])
  })

  const heads = 'Content-Disposition: form-data; name="a"'
  it.each([
    ['no bytes at all', ''],
    ['no boundary', 'hello'],
    ['a preamble', `preamble\r\n${part('a', 'x')}--b--`],
    ['two line ends before it', `\r\n\r\n${part('a', 'x')}--b--`],
    ['another boundary', `--c\r\n${heads}\r\n\r\nx\r\n--c--`],
    ['no last boundary', part('a', 'x')],
    ['half a last boundary', `${part('a', 'x')}--b-`],
    ['an end in the middle of a head', '--b\r\nContent-Disposition: form-data; na'],
    ['an end in the middle of a content', `--b\r\n${heads}\r\n\r\nxxxx`],
    ['bytes after a boundary', `--b \r\n${heads}\r\n\r\nx\r\n--b--`],
    ['a boundary that goes on', `--bb\r\n${heads}\r\n\r\nx\r\n--bb--`],
    ['a part without a head', '--b\r\n\r\nx\r\n--b--'],
    ['a part without a disposition', '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--'],
    ['a part that is an attachment', '--b\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n--b--'],
    ['a part without a name', '--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--'],
    ['two names', `--b\r\n${heads}; name="c"\r\n\r\nx\r\n--b--`],
    ['a field that begins like a boundary', `--b\r\n${heads}\r\n--bX: y\r\n\r\nx\r\n--b--`],
    ['a first field that begins like a boundary', `--b\r\n--bX: y\r\n${heads}\r\n\r\nx\r\n--b--`],
    ['a filename in another encoding alone', `--b\r\n${heads}; filename*=UTF-8''c\r\n\r\nx\r\n--b--`],
    ['a name in another encoding', `--b\r\n${heads}; name*=UTF-8''c\r\n\r\nx\r\n--b--`],
    ['two dispositions', `--b\r\n${heads}\r\n${heads}\r\n\r\nx\r\n--b--`],
    ['a name that does not end', '--b\r\nContent-Disposition: form-data; name="a\r\n\r\nx\r\n--b--'],
    ['a quote within a name', '--b\r\nContent-Disposition: form-data; name="a"b"\r\n\r\nx\r\n--b--'],
    ['a folded line', `--b\r\n${heads};\r\n filename="x"\r\n\r\nx\r\n--b--`],
    ['a bare line feed in a head', `--b\r\n${heads}\nX-Y: z\r\n\r\nx\r\n--b--`],
    ['a bare carriage return in a head', `--b\r\n${heads}\rX-Y: z\r\n\r\nx\r\n--b--`],
    ['a null in a head', `--b\r\n${heads}\0\r\n\r\nx\r\n--b--`],
    ['blanks before a colon', '--b\r\nContent-Disposition : form-data; name="a"\r\n\r\nx\r\n--b--'],
    ['a head that is not UTF-8', '--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--b--'],
    ['a transfer encoding', `--b\r\n${heads}\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--b--`],
    ['a boundary in place of a content', `--b\r\n${heads}\r\n\r\n--b--`],
    ['line feeds only', `--b\n${heads}\n\nx\n--b--\n`],
  ])('are refused with %s', (_title, text) => {
    for (const size of [text.length, 1, 3]) {
      expect(() => parse(Buffer.from(text, 'latin1'), () => size)).toThrow(/^The form is malformed: /)
    }
  })

  it.each([
    ['a lone line feed', '\n'],
    ['a character that ends lines in JavaScript', '\u2028'],
  ])('are read in linear time when blanks fill the head of a part and %s ends them', (_, end) => {
    // A regular expression that trimmed such a head blocked the loop for twenty seconds.
    const field = `x: ${' '.repeat(limits.headerBytes - 100)}${end}y`
    const whole = Buffer.from(`--b\r\n${heads}\r\n${field}\r\n\r\nz\r\n--b--\r\n`)
    const read = (): string[] => parse(whole)
    if (end === '\n') expect(read).toThrow('no header field')
    else expect(read()).toEqual(['a=z'])
  })

  it('are refused with a part whose head is too long, however it arrives', () => {
    const long = Buffer.from(`--b\r\nX: ${'y'.repeat(5_000)}\r\n\r\n`)
    for (const size of [long.length, 1_000, 7])
      expect(() => parse(long, () => size)).toThrow('4096 (forms.headerBytes, or formLimits.headerBytes of the route)')
  })
})

it.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['multipart/form-data; charset=utf-8; boundary="a b"', 'a b'],
  ['multipart/form-data;BOUNDARY=----WebKitFormBoundaryX', '----WebKitFormBoundaryX'],
])('finds the boundary in %s', (type, boundary) => {
  expect(boundaryOf(type)).toBe(boundary)
})

it.each([
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=""',
  `multipart/form-data; boundary=${'x'.repeat(71)}`,
  'multipart/form-data; boundary="a "',
  'multipart/form-data; boundary="a\\"b"',
  'multipart/form-data; boundary=a%b',
  'multipart/form-data; xboundary=a',
])('refuses the boundary of %s', (type) => {
  expect(() => boundaryOf(type)).toThrow('boundary')
})

it.each([
  ['photo.jpg', 'photo.jpg'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\boot.ini', 'boot.ini'],
  ['C:\\fakepath\\a.txt', 'a.txt'],
  ['/', 'file'],
  ['', 'file'],
  ['..', 'file'],
  ['.htaccess', 'htaccess'],
  ['...', 'file'],
  ['a\0.txt', 'a.txt'],
  ['a\r\nb.txt', 'ab.txt'],
  ['inv\u202etxt.exe', 'invtxt.exe'],
  ['a:b|c?.txt', 'a_b_c_.txt'],
  ['con', '_con'],
  ['NUL.txt', '_NUL.txt'],
  ['name. . ', 'name'],
  ['grüße.txt', 'grüße.txt'],
  ['\ud800.txt', '\ufffd.txt'],
])('saves %j as %j', (given, safe) => {
  expect(safeFilename(given)).toBe(safe)
})

it('cuts long names and keeps their extension', () => {
  const safe = safeFilename(`${'ü'.repeat(300)}.tar.gz`)
  expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(255)
  expect(safe).toMatch(/^ü+(\.tar)?\.gz$/)
  expect(Buffer.byteLength(safeFilename('x'.repeat(5_000)))).toBe(255)
})

describe('texts that a pattern could read again and again', () => {
  const cpuOf = (run: () => void): number => {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  }
  const gap = `b${' '.repeat(3_900)}c`

  it('cost a part no more than its length: blanks within a field', () => {
    const parts = Array.from(
      { length: 250 },
      (_, index) => `--b\r\nX-A: ${gap}\r\nContent-Disposition: form-data; name="${index}"\r\n\r\nx\r\n`,
    )
    expect(cpuOf(() => expect(parse(body(...parts))).toHaveLength(250))).toBeLessThan(400)
  })

  it('cost a file no more than its length: dots and blanks within a name', () => {
    const name = `a${'. '.repeat(100_000)}b`
    expect(cpuOf(() => expect(safeFilename(name)).toHaveLength(255))).toBeLessThan(400)
  })
})
