import { beforeAll, describe } from 'vitest'

export type HostName = 'native' | 'fallback'

/** Runs the same tests on each host. */
export function describeHosts(title: string, tests: (host: HostName) => void): void {
  describe.each(['native', 'fallback'] as const)(`${title} on %s`, (host) => {
    beforeAll(() => {
      process.env.BOLT_CORE = host
    })
    tests(host)
  })
}

/** A host and how it is asked for. */
export interface Variant {
  name: 'native' | 'native on a thread' | 'fallback'
  core: HostName
  /** Added to the options of `listen`. */
  io: { io?: 'thread' }
}

export const variants: readonly Variant[] = [
  { name: 'native', core: 'native', io: {} },
  { name: 'native on a thread', core: 'native', io: { io: 'thread' } },
  { name: 'fallback', core: 'fallback', io: {} },
]

/** What a fixture, which is a program of its own, needs to know to listen on a host. */
export function envOf(variant: Variant): NodeJS.ProcessEnv {
  return { ...process.env, BOLT_CORE: variant.core, LISTEN: JSON.stringify({ port: 0, ...variant.io }) }
}

/** Runs the same tests on each host, wherever its input and output are. */
export function describeVariants(title: string, tests: (variant: Variant) => void): void {
  describe.each(variants)(`${title} on $name`, (variant) => {
    beforeAll(() => {
      process.env.BOLT_CORE = variant.core
    })
    tests(variant)
  })
}

/** A logger that keeps what it is told. */
export function recorder(): {
  entries: Array<{ level: string; fields: Record<string, unknown>; message: string | undefined }>
  logger: Logger
} {
  const entries: ReturnType<typeof recorder>['entries'] = []
  const at =
    (level: string) =>
    (fields: object, message?: string): void =>
      void entries.push({ level, fields: fields as Record<string, unknown>, message })
  return { entries, logger: { info: at('info'), warn: at('warn'), error: at('error') } }
}

interface Logger {
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
  error(fields: object, message?: string): void
}
