import { closeSync, createReadStream, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import type { CompressionPlan, Encoding, StaticRoute } from '../plan.ts'
import { rangeOf, Validators } from './conditions.ts'
import { contentTypeOf } from './content-types.ts'
import { available, choices, encodeWhole, isCompressible, siblings } from './encode.ts'
import type { Exchange } from './exchange.ts'
import { isPlain, resolveIn } from './locate.ts'
import { Rejection } from './rejection.ts'

/** Larger files are not compressed while a request waits. */
const ENCODE_MOST = 1024 * 1024

/** What a client gets of a file. */
interface Representation {
  /** Open for reading, or the bytes themselves. */
  source: number | Uint8Array
  size: number
  validators: Validators
  coding: Encoding | null
  varies: boolean
}

interface Sending {
  status: number
  /** Name and value in turn; they replace those of the file. */
  headers: readonly string[]
  type: string
  cacheControl: string
  compression: CompressionPlan | null
}

/** Answers with a file of a folder; whatever is not a file inside it is not found. */
export function serveFile(exchange: Exchange, route: StaticRoute, path: string, plan: CompressionPlan | null): void {
  const asksFolder = path === '' || path.endsWith('/')
  const name = asksFolder ? `${path}${route.index ?? ''}` : path
  if (!isPlain(path) || (asksFolder && route.index === null)) throw notFound()
  const found = openFile(resolveIn(route.root, name))
  if (found === undefined) {
    if (asksFolder || route.index === null || openable(resolveIn(route.root, `${path}/${route.index}`)) === undefined)
      throw notFound()
    const [before = '', query] = exchange.target.split('?', 2)
    exchange.respond(308, ['location', `${before}/${query === undefined ? '' : `?${query}`}`], undefined)
    return
  }
  const compression = route.compression ? plan : null
  const type = contentTypeOf(name)
  const beside = (suffix: string): Representation | undefined => openFile(resolveIn(route.root, `${name}${suffix}`))
  const chosen = choose(exchange, found, type, compression, beside)
  send(exchange, chosen, { status: 200, headers: [], type, cacheControl: route.cacheControl, compression })
}

/** Answers with a file that a handler names; false when there is none that may be sent. */
export function answerFile(
  exchange: Exchange,
  file: { path: string; root: string | undefined },
  sending: Omit<Sending, 'type'> & { type: string | undefined },
): boolean {
  const { path, root } = file
  const isInside = root === undefined || (isPlain(path) && path !== '' && !path.endsWith('/'))
  const found = isInside ? openFile(root === undefined ? path : resolveIn(root, path)) : undefined
  if (found === undefined) return false
  const type = sending.type ?? contentTypeOf(path)
  const isOwn = sending.headers.some((text, index) => index % 2 === 0 && text === 'content-encoding')
  const chosen = choose(exchange, found, type, isOwn ? null : sending.compression, () => undefined)
  send(exchange, chosen, { ...sending, type })
  return true
}

function notFound(): Rejection {
  return new Rejection('not-found', 'Nothing here')
}

function openable(path: string | undefined): string | undefined {
  return path !== undefined && statSync(path, { throwIfNoEntry: false })?.isFile() === true ? path : undefined
}

function openFile(path: string | undefined): Representation | undefined {
  try {
    const regular = openable(path)
    if (regular === undefined) return undefined
    const source = openSync(regular, 'r')
    const { size, mtimeNs } = fstatSync(source, { bigint: true })
    return { source, size: Number(size), validators: Validators.of(size, mtimeNs), coding: null, varies: false }
  } catch {
    return undefined
  }
}

/** The representation that suits the client best; files that are not used are closed. */
function choose(
  exchange: Exchange,
  found: Representation,
  type: string,
  compression: CompressionPlan | null,
  beside: (suffix: string) => Representation | undefined,
): Representation {
  if (compression === null || !isCompressible(compression, type)) return found
  const plain = { ...found, varies: true }
  const accepted = exchange.header('accept-encoding')
  const known = siblings.filter(([coding]) => compression.encodings.includes(coding))
  for (const coding of choices(
    accepted,
    known.map(([one]) => one),
  )) {
    const suffix = (siblings.find(([one]) => one === coding) as [Encoding, string])[1]
    const sibling = beside(suffix)
    if (sibling === undefined) continue
    if (sibling.validators.modified >= found.validators.modified) {
      closeSync(found.source as number)
      return { ...sibling, validators: sibling.validators.inCoding(coding), coding, varies: true }
    }
    closeSync(sibling.source as number)
  }
  const isOfSize = found.size >= compression.minBytes && found.size <= ENCODE_MOST
  const coding = choices(accepted, available(compression))[0]
  if (!isOfSize || coding === undefined || exchange.header('range') !== undefined) return plain
  const bytes = readFileSync(found.source as number)
  closeSync(found.source as number)
  const made = encodeWhole(compression, coding, bytes)
  if (made === undefined) return { ...plain, source: bytes }
  return { source: made, size: made.byteLength, validators: found.validators.weak(), coding, varies: true }
}

function send(exchange: Exchange, file: Representation, sending: Sending): void {
  const { res } = exchange
  const { status, own, part } = headOf(exchange, file, sending)
  begin(exchange, status, own, sending.headers)
  if (typeof file.source !== 'number') {
    res.end(part === null ? undefined : file.source.subarray(part.first, part.last + 1))
  } else if (part === null) {
    closeSync(file.source)
    res.end()
  } else {
    const stream = createReadStream('', { fd: file.source, start: part.first, end: part.last })
    // The promised length cannot be kept: only cutting the connection tells the client.
    stream.on('error', () => res.destroy())
    stream.on('end', () => {
      if (stream.bytesRead === part.last - part.first + 1) res.end()
      else res.destroy()
    })
    res.on('close', () => stream.destroy())
    stream.pipe(res, { end: false })
  }
}

interface FileHead {
  status: number
  own: string[]
  /** The bytes that follow; null: none. */
  part: { first: number; last: number } | null
}

/** 304, 416, 206 or the status that was meant. */
function headOf(exchange: Exchange, file: Representation, sending: Sending): FileHead {
  const { method } = exchange
  const { validators, size, coding } = file
  const isRead = sending.status === 200 && (method === 'GET' || method === 'HEAD')
  const field = (name: string): string | undefined => (isRead ? exchange.header(name) : undefined)
  const own: string[] = ['etag', validators.etag, 'last-modified', validators.lastModified]
  if (sending.cacheControl !== '') own.push('cache-control', sending.cacheControl)
  if (file.varies) own.push('vary', 'accept-encoding')
  if (validators.isKnown(field('if-none-match'), field('if-modified-since'))) return { status: 304, own, part: null }
  if (coding === null || typeof file.source === 'number') own.push('accept-ranges', 'bytes')
  const asked = method === 'HEAD' || !validators.letsRange(field('if-range')) ? undefined : field('range')
  const range = asked === undefined ? 'whole' : rangeOf(asked, size)
  if (range === 'unsatisfiable') {
    own.push('content-range', `bytes */${size}`, 'content-length', '0')
    return { status: 416, own, part: null }
  }
  const part = range === 'whole' ? { first: 0, last: size - 1 } : range
  if (range !== 'whole') own.push('content-range', `bytes ${part.first}-${part.last}/${size}`)
  if (coding !== null) own.push('content-encoding', coding)
  own.push('content-type', sending.type, 'content-length', String(part.last - part.first + 1))
  const hasContent = method !== 'HEAD' && part.last >= part.first
  return { status: range === 'whole' ? sending.status : 206, own, part: hasContent ? part : null }
}

/** Writes the head: the file's own fields, and those of a handler in place of them. */
function begin(exchange: Exchange, status: number, own: readonly string[], given: readonly string[]): void {
  const { res } = exchange
  exchange.take()
  const isGiven = (name: string): boolean => given.some((text, index) => index % 2 === 0 && text === name)
  res.statusCode = status
  for (const [name, value] of pairs(own))
    if (name === 'content-length' || name === 'vary' || !isGiven(name)) append(exchange, name, value)
  for (const [name, value] of pairs(given))
    if (!(name === 'content-encoding' && value === 'identity')) append(exchange, name, value)
}

function append(exchange: Exchange, name: string, value: string): void {
  // Of those that every response has, a security header is replaced and Vary is added to.
  if (name === 'vary' || name === 'set-cookie') exchange.res.appendHeader(name, value)
  else exchange.res.setHeader(name, value)
}

function pairs(list: readonly string[]): Array<[string, string]> {
  return Array.from({ length: list.length / 2 }, (_, index) => [
    list[index * 2] as string,
    list[index * 2 + 1] as string,
  ])
}
