import { statSync } from 'node:fs'
import type { Logger } from './context.ts'
import { BoltError } from './errors.ts'
import type { HostBinding } from './host.ts'
import { readTls, type TlsOptions, tlsFiles } from './tls.ts'

/** Gives a listening server new certificates, on request and when their files change. */
export interface TlsReload {
  /** Reads everything again. What cannot be used throws, and nothing changes. */
  now(): void
  close(): void
}

/** Looks at the files of `options` from time to time. */
export function watchTls(options: TlsOptions, binding: HostBinding, server: number, logger: Logger): TlsReload {
  const files = tlsFiles(options)
  const { reloadInterval = 10_000 } = options
  const now = (): void => {
    const plan = readTls(options)
    try {
      binding.setTls(server, JSON.stringify(plan))
    } catch (error) {
      throw new BoltError('invalid-tls', (error as Error).message, 'see the guide on TLS for what is understood', error)
    }
  }
  let seen = stateOf(files)
  const look = (): void => {
    const state = stateOf(files)
    if (state === seen) return
    seen = state
    try {
      now()
      logger.info({ files }, 'the certificate was read again')
    } catch (error) {
      logger.error({ err: error, files }, 'a new certificate cannot be used, the old one stays')
    }
  }
  const timer = files.length > 0 && reloadInterval > 0 ? setInterval(look, reloadInterval) : undefined
  timer?.unref()
  return { now, close: () => clearInterval(timer) }
}

/** Changes whenever one of the files does; links are followed, as secrets that Kubernetes mounts are links. */
function stateOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false })
      return stat === undefined ? 'gone' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
    })
    .join('\n')
}
