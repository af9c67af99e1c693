/** All text for people: one place decides about colour, about the stream, and about how an error looks. */
import { BoltError, type ErrorDetails } from './errors.ts'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

const CODES: Record<Style, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
}

export interface Ui {
  /** A plain line. */
  line(text?: string): void
  /** `✓ text`. */
  done(text: string): void
  /** `! text`. */
  warn(text: string): void
  /** A line that replaces the one before it on a terminal, and is dropped elsewhere. */
  progress(text: string): void
  /** `✗ what`, `  why`, `→ what to do`. */
  error(error: Pick<ErrorDetails, 'message' | 'why' | 'hint'>): void
  /** The text in a style, or as it is without colour. */
  paint(style: Style, text: string): string
}

export interface UiOptions {
  readonly stream: NodeJS.WritableStream
  readonly color: boolean
  /** Whether lines may be replaced. */
  readonly live: boolean
  readonly columns?: number
}

/** A Ui that writes to one stream. */
export function createUi({ stream, color, live, columns = 80 }: UiOptions): Ui {
  let open = false
  const paint: Ui['paint'] = (style, text) => {
    const [on, off] = CODES[style]
    return color ? `\u001b[${on}m${text}\u001b[${off}m` : text
  }
  const line = (text = ''): void => {
    stream.write(`${open ? '\r\u001b[K' : ''}${text}\n`)
    open = false
  }
  return {
    line,
    paint,
    done: (text) => line(`${paint('green', '✓')} ${text}`),
    warn: (text) => line(`${paint('yellow', '!')} ${text}`),
    progress(text) {
      if (!live) return
      const short = text.length > columns - 2 ? `${text.slice(0, columns - 3)}…` : text
      stream.write(`\r\u001b[K${paint('dim', short)}`)
      open = true
    },
    error({ message, why, hint }) {
      line(`${paint('red', '✗')} ${message}`)
      if (why) line(indent(why, '  '))
      if (hint) line(`${paint('cyan', '→')} ${indent(hint, '  ').trimStart()}`)
    },
  }
}

/** Whether colour is wanted: a terminal, and neither NO_COLOR nor a dumb terminal; FORCE_COLOR wins. */
export function wantsColor(stream: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return stream.isTTY === true && env.TERM !== 'dumb'
}

/** What to show of any thrown value: a known failure as it is, anything else as a bug with version and address. */
export function describeError(error: unknown, version: string): BoltError {
  if (error instanceof BoltError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new BoltError('bug', {
    message: `This is a bug: ${message}`,
    why: `create-bolt-app ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    hint: 'Run it again with --debug and report what it prints (CONTRIBUTING.md of create-bolt-app says where).',
    cause: error,
  })
}

function indent(text: string, by: string): string {
  return text
    .split('\n')
    .map((line) => by + line)
    .join('\n')
}
