/** Reader of `http1.cases`, whose head explains the form. */
import { readFileSync } from 'node:fs'

const levels = ['must', 'should', 'strict', 'limit']
const ends = ['keep', 'close', 'any', 'wait']

/** All cases in the order of the file. */
export function readTable() {
  const cases = []
  let section = { title: '', reference: '', level: '' }
  let wrap = '{}'
  for (const line of readFileSync(new URL('http1.cases', import.meta.url), 'latin1').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('== ')) {
      const [title, reference, level] = Buffer.from(line.slice(3), 'latin1').toString('utf8').split(' · ')
      section = { title, reference, level }
      wrap = '{}'
    } else if (line.startsWith('wrap ')) wrap = line.slice(5)
    else cases.push(...rows(line, wrap, section))
  }
  return cases
}

function rows(line, wrap, section) {
  const [id, title, bytes, expected, each] = line.split('|').map((column) => column.trim())
  const whole = wrap.replace('{}', () => bytes)
  if (each === undefined) return [readCase(id, title, whole, expected, section)]
  return each
    .replace(/^each /, '')
    .split(' ')
    .flatMap(range)
    .map((hex) => {
      const filled = whole.replaceAll('\\$', () => `\\x${hex}`)
      return readCase(id.replace('$', hex), title.replace('$', hex), filled, expected, section)
    })
}

function range(text) {
  const [first, last = first] = text.split('-').map((hex) => Number.parseInt(hex, 16))
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at).toString(16).padStart(2, '0'))
}

function readCase(id, title, bytes, expected, section) {
  const [before, body] = repeated(expected).split('body=')
  const row = {
    id,
    title,
    section: section.title,
    reference: section.reference,
    level: section.level,
    pieces: bytes.split('\\w').map((piece) => Buffer.from(unescaped(piece), 'latin1')),
    statuses: [],
    end: 'any',
    echo: body === undefined ? {} : { body: unescaped(body) },
  }
  for (const word of before.split(' ').filter((word) => word !== '')) {
    const [name, value] = word.split('=')
    if (levels.includes(word)) row.level = word
    else if (ends.includes(word)) row.end = word
    else if (['method', 'target'].includes(name)) row.echo[name] = unescaped(word.slice(name.length + 1))
    else if (value === undefined) row.statuses.push(word.split('/').map(Number))
  }
  return row
}

/** Expands only `\{N*text}`; other escapes stay. */
function repeated(text) {
  const start = text.indexOf('\\{')
  if (start === -1) return text
  const star = text.indexOf('*', start)
  const end = closing(text, star + 1)
  const inner = repeated(text.slice(star + 1, end)).repeat(Number(text.slice(start + 2, star)))
  return text.slice(0, start) + inner + repeated(text.slice(end + 1))
}

/** Where the brace that is open is closed. */
function closing(text, from) {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1
    else if (text[at] === '}' && depth === 0) return at
    else if (text[at] === '}') depth -= 1
  }
  throw new Error(`not closed: ${text}`)
}

const plain = { r: '\r', n: '\n', t: '\t', s: ' ', 0: '\0', '\\': '\\' }

function unescaped(text) {
  return repeated(text).replace(/\\(?:x([0-9a-f]{2})|(.))/gs, (_, hex, letter) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (plain[letter] === undefined) throw new Error(`unknown escape \\${letter}`)
    return plain[letter]
  })
}
