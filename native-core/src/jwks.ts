import type { JwtCheck } from './auth.ts'
import type { Logger } from './context.ts'

/** Key sets that are loaded by address and kept fresh. */
export interface KeySets {
  /** Every set was asked for once; one that failed is tried again and its tokens are refused meanwhile. */
  ready: Promise<void>
  stop(): void
}

const ATTEMPT_TIMEOUT = 5_000
const FIRST_RETRY = 1_000

/** Loads each `jwksUrl` now and again as its `jwksRefresh` says. */
export function watchKeySets(
  checks: readonly JwtCheck[],
  logger: Logger,
  set: (index: number, keys: Array<Record<string, unknown>>) => void,
): KeySets {
  const timers = new Set<NodeJS.Timeout>()
  let isStopped = false
  const load = async (index: number, check: JwtCheck, url: string, failures: number): Promise<void> => {
    let failed = failures
    try {
      set(index, await fetchKeys(url))
      failed = 0
    } catch (error) {
      failed += 1
      logger.warn({ err: error, url }, 'the key set could not be loaded; it is tried again')
    }
    if (isStopped) return
    const refresh = check.jwksRefresh * 1_000
    const wait = failed === 0 ? refresh : Math.min(refresh, FIRST_RETRY * 2 ** (failed - 1))
    const timer = setTimeout(() => {
      timers.delete(timer)
      void load(index, check, url, failed)
    }, wait)
    timer.unref()
    timers.add(timer)
  }
  const first = checks.flatMap((check, index) => (check.jwksUrl === null ? [] : [load(index, check, check.jwksUrl, 0)]))
  return {
    ready: Promise.all(first).then(() => undefined),
    stop: () => {
      isStopped = true
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

async function fetchKeys(url: string): Promise<Array<Record<string, unknown>>> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(ATTEMPT_TIMEOUT),
    redirect: 'error',
    headers: { accept: 'application/json' },
  })
  if (!response.ok) throw new Error(`the issuer answered ${response.status}`)
  const { keys } = (await response.json()) as { keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('the answer is not a JSON Web Key Set')
  // Shared and private keys have no place in a published set; keys for encryption are not for signatures.
  return (keys as Array<Record<string, unknown>>).filter(
    (key) => key.kty !== 'oct' && !('d' in key) && key.use !== 'enc',
  )
}
