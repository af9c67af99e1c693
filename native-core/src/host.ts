import { createRequire } from 'node:module'
import type { Binding, DatabaseBinding } from './binding.d.ts'
import { type Loaded, loadNative } from './native/load.ts'
import { outsideContext } from './native/outside.ts'

/** What every host can do; node:http needs a moment to listen, Rust does not, and has no databases. */
export type HostBinding = Omit<Binding, 'listen' | 'version' | keyof DatabaseBinding> & {
  listen(server: number, options: string): ReturnType<Binding['listen']> | Promise<ReturnType<Binding['listen']>>
}

/** What runs the application: Rust, or node:http behind the same interface. */
export interface Host {
  name: 'native' | 'fallback'
  binding: HostBinding
  /** Null where there are none. */
  databases: DatabaseBinding | null
}

/** Everything of the fallback, in a file of its own: a native server does not read it. */
type FallbackFile = typeof import('./fallback/binding.ts')

let isWarned = false

/** Opens the native host, or the fallback when `BOLT_CORE=fallback` asks for it or the native package is missing. */
export function openHost(): Host {
  const forced = process.env.BOLT_CORE
  if (forced === 'fallback') return openFallback()
  const loaded = loadNative()
  if (loaded.binding !== undefined) {
    const binding = outsideContext(loaded.binding)
    return { name: 'native', binding, databases: binding }
  }
  if (!isWarned) {
    isWarned = true
    process.emitWarning(
      `${loaded.reason}\n  Requests are served by node:http, several times slower.\n  → ${loaded.fix}`,
      {
        type: 'BoltCoreWarning',
        code: 'BOLT_FALLBACK',
      },
    )
  }
  return openFallback()
}

/** The native engine alone, for what node:http cannot do in its place; or why there is none. */
export function openNative(): Loaded {
  if (process.env.BOLT_CORE === 'fallback') {
    return { binding: undefined, reason: 'BOLT_CORE=fallback asks for node:http in its place.', fix: 'unset BOLT_CORE' }
  }
  const loaded = loadNative()
  return loaded.binding === undefined ? loaded : { binding: outsideContext(loaded.binding) }
}

function openFallback(): Host {
  const { createFallback } = createRequire(import.meta.url)('../dist/fallback.cjs') as FallbackFile
  return { name: 'fallback', binding: outsideContext(createFallback()), databases: null }
}
