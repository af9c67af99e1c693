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
