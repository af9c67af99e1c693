import { AsyncResource } from 'node:async_hooks'
import type { DatabaseBinding } from '../binding.d.ts'
import type { HostBinding } from '../host.ts'

/** What servers belong to: not to whatever happened to run when the first of them was started. */
const outside = new AsyncResource('BoltServer')

/**
 * Creates servers, has them listen, and opens their pools outside of every asynchronous context. From there on Rust keeps the contexts of requests
 * apart: each call of a handler is a nested callback, and what it leaves behind is taken away. On node:http connections inherit from the
 * listening socket.
 */
export function outsideContext<B extends HostBinding & Partial<DatabaseBinding>>(binding: B): B {
  const { createServer, listen, openPool, openSqlite } = binding
  return {
    ...binding,
    createServer: (...args) => outside.runInAsyncScope(createServer, undefined, ...args),
    listen: (...args) => outside.runInAsyncScope(listen, undefined, ...args),
    ...(openPool && { openPool: (...args) => outside.runInAsyncScope(openPool, undefined, ...args) }),
    ...(openSqlite && { openSqlite: (...args) => outside.runInAsyncScope(openSqlite, undefined, ...args) }),
  }
}
