import { type Check, shape } from './check.ts'
import type { CompressionPlan, Encoding } from './plan.ts'

/** What is compressed, and how (RFC 9110 §8.4); each option is checked by `createApp` and an unknown one is refused. */
export interface CompressionOptions {
  /**
   * Codings that may be used; of those that a client likes equally the first. Files that lie compressed beside their original (`app.js.br`)
   * count too.
   * @default ['zstd', 'gzip', 'br']
   */
  encodings?: readonly Encoding[]
  /** Smaller answers are sent as they are, bytes. @default 1024 */
  minBytes?: number
  /** How hard each coding tries: br 0 to 11, zstd 1 to 19, gzip 1 to 9. @default { zstd: 3, gzip: 4, br: 3 } */
  level?: Partial<Record<Encoding, number>>
  /**
   * Media types that are compressed: `text/css`, `text/*`, `*+json`. Event streams only by their exact name.
   * @default text/*, *+json, *+xml, and the application, font and image types that are text or bare bytes
   */
  types?: readonly string[]
}

const defaults: CompressionPlan = {
  // By what they cost in time at the same size; see docs/decisions/0851-compression.md.
  encodings: ['zstd', 'gzip', 'br'],
  minBytes: 1_024,
  level: { br: 3, zstd: 3, gzip: 4 },
  types: [
    'text/*',
    '*+json',
    '*+xml',
    'application/json',
    'application/javascript',
    'application/ndjson',
    'application/x-ndjson',
    'application/xml',
    'application/wasm',
    'font/otf',
    'font/ttf',
    'image/bmp',
    'image/x-icon',
  ],
}

const mediaType: Check = (value) =>
  typeof value === 'string' && /^(?:[\w!#$&.+^-]+\/(?:\*|[\w!#$&.+^-]+)|\*\+[\w!#$&.^-]+)$/.test(value)
    ? undefined
    : "a media type such as 'text/css', 'text/*' or '*+json'"

const encodings: Check = (value, where) => {
  const expected = shape.list(shape.oneOf(['zstd', 'gzip', 'br']), { min: 1 })(value, where)
  if (expected !== undefined) return expected
  const list = value as string[]
  return new Set(list).size === list.length ? undefined : 'each coding once'
}

/** What `compression` of `createApp` may be. */
export const compressionCheck: Check = shape.either(
  shape.oneOf([false]),
  shape.object({
    encodings,
    minBytes: shape.integer({ min: 0 }),
    level: shape.object({
      br: shape.integer({ min: 0, max: 11 }),
      zstd: shape.integer({ min: 1, max: 19 }),
      gzip: shape.integer({ min: 1, max: 9 }),
    }),
    types: shape.list(mediaType, { min: 1 }),
  }),
)

/** The rules with every default filled in; null when nothing is compressed. */
export function compressionPlan(options: CompressionOptions | false): CompressionPlan | null {
  if (options === false) return null
  const { level = {} } = options
  return {
    encodings: [...(options.encodings ?? defaults.encodings)],
    minBytes: options.minBytes ?? defaults.minBytes,
    level: {
      br: level.br ?? defaults.level.br,
      zstd: level.zstd ?? defaults.level.zstd,
      gzip: level.gzip ?? defaults.level.gzip,
    },
    types: [...(options.types ?? defaults.types)],
  }
}
