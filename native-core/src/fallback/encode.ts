import type * as zlib from 'node:zlib'
import { builtins } from '../builtins.ts'
import type { CompressionPlan, Encoding } from '../plan.ts'

/** Contents up to this size are encoded at once; larger ones are sent as they are made. */
const AT_ONCE = 64 * 1024

/** By how small they usually make a file that was compressed with patience, with what its name ends in. */
export const siblings: ReadonlyArray<[Encoding, string]> = [
  ['br', '.br'],
  ['zstd', '.zst'],
  ['gzip', '.gz'],
]

/** Node has Zstandard since 22.15. */
interface Zstandard {
  zstdCompressSync: (bytes: Uint8Array, options: object) => Buffer
  createZstdCompress: (options: object) => zlib.Gzip
}

const zstandard = (): Zstandard | undefined =>
  'zstdCompressSync' in builtins.zlib ? (builtins.zlib as unknown as Zstandard) : undefined

/** The codings of a plan that this Node can make. */
export function available(plan: CompressionPlan): Encoding[] {
  return plan.encodings.filter((coding) => coding !== 'zstd' || zstandard() !== undefined)
}

/** A content encoded at once; undefined when it does not get smaller. */
export function encodeWhole(plan: CompressionPlan, coding: Encoding, content: Uint8Array): Buffer | undefined {
  const options = optionsOf(plan, coding)
  const made =
    coding === 'br'
      ? builtins.zlib.brotliCompressSync(content, options)
      : coding === 'gzip'
        ? builtins.zlib.gzipSync(content, options)
        : (zstandard() as Zstandard).zstdCompressSync(content, options)
  return made.byteLength < content.byteLength ? made : undefined
}

/** An encoder for a content that comes in pieces. */
export function encoder(plan: CompressionPlan, coding: Encoding): zlib.Gzip | zlib.BrotliCompress {
  const options = { ...optionsOf(plan, coding), flush: flushOf(coding) }
  if (coding === 'br') return builtins.zlib.createBrotliCompress(options)
  return coding === 'gzip' ? builtins.zlib.createGzip(options) : (zstandard() as Zstandard).createZstdCompress(options)
}

/** Has every piece let out at once, so that an event does not wait for the next one. */
function flushOf(coding: Encoding): number {
  const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = builtins.zlib.constants
  if (coding === 'br') return BROTLI_OPERATION_FLUSH
  return coding === 'gzip'
    ? Z_SYNC_FLUSH
    : ((builtins.zlib.constants as unknown as Record<string, number>).ZSTD_e_flush as number)
}

function optionsOf(plan: CompressionPlan, coding: Encoding): object {
  const level = plan.level[coding]
  if (coding === 'gzip') return { level }
  if (coding === 'br') return { params: { [builtins.zlib.constants.BROTLI_PARAM_QUALITY]: level } }
  return {
    params: {
      [(builtins.zlib.constants as unknown as Record<string, number>).ZSTD_c_compressionLevel as number]: level,
    },
  }
}

/** Codings that a client likes at least as well as none, best first, by the grammar and weights of RFC 9110 §12.5.3. */
export function choices(field: string | undefined, offered: readonly Encoding[]): Encoding[] {
  const weights = new Map<string, number>()
  for (const member of (field ?? '').split(',')) {
    const match =
      /^[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i.exec(member)
    if (match === null) continue
    const name = (match[1] as string).toLowerCase().replace(/^x-gzip$/, 'gzip')
    if (!weights.has(name)) weights.set(name, Number(match[2] ?? 1))
  }
  const any = weights.get('*') ?? 0
  const weight = (coding: Encoding): number => weights.get(coding) ?? any
  const identity = weights.get('identity') ?? any
  return offered
    .filter((coding) => weight(coding) > 0 && weight(coding) >= identity)
    .sort((one, other) => weight(other) - weight(one))
}

/** Whether a media type is one of the plan's. */
export function isCompressible(plan: CompressionPlan, contentType: string | undefined): boolean {
  const media = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return plan.types.some((pattern) => {
    const name = pattern.toLowerCase()
    if (name.startsWith('*')) return media.endsWith(name.slice(1))
    if (name.endsWith('/*')) return media.startsWith(name.slice(0, -1)) && media !== 'text/event-stream'
    return media === name
  })
}

/** An answer of a handler as it is sent: encoded if client and plan want it; a large one with the coding that is still to be made. */
export function encodeAnswer(
  plan: CompressionPlan | null,
  accepted: string | undefined,
  answer: { status: number; headers: readonly string[]; content: Uint8Array },
): { headers: readonly string[]; content: Uint8Array; later?: Encoding } {
  const { status, headers, content } = answer
  const chosen = codingFor(plan, accepted, status, headers, content.byteLength)
  if (plan === null || chosen === undefined) return answer
  const { coding } = chosen
  if (coding !== undefined && content.byteLength > AT_ONCE)
    return { headers: fieldsFor(headers, coding), content, later: coding }
  const made = coding === undefined ? undefined : encodeWhole(plan, coding, content)
  return { headers: fieldsFor(headers, made === undefined ? undefined : coding), content: made ?? content }
}

/** The coding for an answer that may be encoded, none if the client takes none; undefined when the answer stays as it is. */
export function codingFor(
  plan: CompressionPlan | null,
  accepted: string | undefined,
  status: number,
  headers: readonly string[],
  length: number | undefined,
): { coding: Encoding | undefined } | undefined {
  if (plan === null || (length !== undefined && length < plan.minBytes)) return undefined
  return isEncodable(plan, status, headers) ? { coding: choices(accepted, available(plan))[0] } : undefined
}

/** Whether a response may be sent in another coding; the same rules as the engine's (bolt_core engine/encoding.rs). */
function isEncodable(plan: CompressionPlan, status: number, headers: readonly string[]): boolean {
  if (status === 204 || status === 304 || status === 206) return false
  let type: string | undefined
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1] as string
    switch (headers[index]) {
      case 'content-type':
        type = value
        break
      case 'content-encoding':
      case 'content-range':
      case 'content-digest':
      case 'repr-digest':
      case 'digest':
        return false
      case 'cache-control':
        if (names(value, 'no-transform')) return false
    }
  }
  return isCompressible(plan, type)
}

/** Header fields of a response that may be encoded, and is in `coding`: caches learn of it, and a strong entity tag becomes a weak one. */
export function fieldsFor(headers: readonly string[], coding: Encoding | undefined): string[] {
  const fields: string[] = []
  let varies = false
  for (let index = 0; index < headers.length; index += 2) {
    const [name, value] = [headers[index] as string, headers[index + 1] as string]
    if (name === 'vary' && (names(value, 'accept-encoding') || names(value, '*'))) varies = true
    if (coding !== undefined && name === 'accept-ranges') continue
    fields.push(name, coding !== undefined && name === 'etag' && value.startsWith('"') ? `W/${value}` : value)
  }
  if (coding !== undefined) fields.push('content-encoding', coding)
  if (!varies) fields.push('vary', 'accept-encoding')
  return fields
}

function names(list: string, member: string): boolean {
  return list.split(',').some((one) => (one.split('=')[0] as string).trim().toLowerCase() === member)
}
