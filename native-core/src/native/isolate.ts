import { AsyncResource } from 'node:async_hooks'
import type { HostBinding } from '../host.ts'

/** What servers belong to: not to whatever happened to run when the first of them was started. */
const outside = new AsyncResource('BoltServer')

/** Runs a function as its own asynchronous operation. */
export type Isolate = <Args extends unknown[], R>(run: (...args: Args) => R, ...args: Args) => R

/**
 * Rust calls several handlers in one scope; each gets an asynchronous resource of its own, so that what one enters with
 * `AsyncLocalStorage.enterWith` (tracing does) is not seen by the next. Costs some 20 ns while nobody uses AsyncLocalStorage.
 */
export const isolate: Isolate = (run, ...args) =>
  new AsyncResource('BoltRequest').runInAsyncScope(run, undefined, ...args)

/** Creates servers outside of every asynchronous context. */
export function outsideContext(binding: HostBinding): HostBinding {
  return { ...binding, createServer: (...args) => outside.runInAsyncScope(binding.createServer, undefined, ...args) }
}
