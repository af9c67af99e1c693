import { AsyncResource } from 'node:async_hooks'
import type { HostBinding } from '../host.ts'

/** What servers belong to: not to whatever happened to run when the first of them was started. */
const outside = new AsyncResource('BoltServer')

/**
 * Creates servers, and has them listen, outside of every asynchronous context. From there on Rust keeps the contexts of requests apart: each
 * call of a handler is a nested callback, and what it leaves behind is taken away. On node:http connections inherit from the listening socket.
 */
export function outsideContext(binding: HostBinding): HostBinding {
  return {
    ...binding,
    createServer: (...args) => outside.runInAsyncScope(binding.createServer, undefined, ...args),
    listen: (...args) => outside.runInAsyncScope(binding.listen, undefined, ...args),
  }
}
