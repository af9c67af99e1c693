import type { Auth } from './auth.ts'
import type { Context } from './context.ts'
import type { Guard } from './guard.ts'
import type { QuerySource } from './query.ts'
import type { RateLimitOption } from './rate-limit.ts'
import type { FetchHandler, GroupOptions, Middleware, RouteOptions } from './route.ts'
import type { AnySocketHandlers, SocketOptions } from './websocket/options.ts'

/** What a group passes on to everything in it. */
export interface Scope {
  prefix: string
  parent: Scope | null
  options: GroupOptions
  middleware: Middleware[]
}

export type AnyHandler = (ctx: Context) => unknown

export interface DeclaredHandler {
  kind: 'handler'
  method: string
  path: string
  scope: Scope
  names: string[]
  options: RouteOptions
  handler: AnyHandler
  /** The query that answers the route, which `handler` runs where Rust does not. */
  query?: QuerySource
}

export type Declared =
  | DeclaredHandler
  | DeclaredSocket
  | {
      kind: 'answer'
      method: 'GET'
      path: string
      scope: Scope
      status: number
      headers: string[]
      body: string
      hidden: boolean
      compression: boolean
    }
  | {
      kind: 'static'
      method: 'GET'
      path: string
      scope: Scope
      root: string
      cacheControl: string
      index: string | null
      compression: boolean
    }
  | {
      kind: 'mount'
      method: '*'
      path: string
      scope: Scope
      handler: FetchHandler
      bodyBytes: number | null
      rateLimit: RateLimitOption | undefined
      compression: boolean
    }

/** A WebSocket, and the request that asks for it. */
export interface DeclaredSocket {
  kind: 'socket'
  method: 'GET'
  path: string
  scope: Scope
  request: DeclaredHandler
  options: SocketOptions
  handlers: AnySocketHandlers
}

/** Where declarations are collected, in order. */
export interface Registry {
  add(route: Declared): void
  /** Throws once the application has started. */
  assertOpen(what: string): void
}

/** A scope and its parents, outermost first. */
export function scopesOf(scope: Scope): Scope[] {
  return scope.parent === null ? [scope] : [...scopesOf(scope.parent), scope]
}

/** The auth that holds for a route: its own, else that of the innermost group. */
export function authOf(route: DeclaredHandler): Auth<unknown> | undefined {
  return route.options.auth ?? scopesOf(route.scope).findLast((scope) => scope.options.auth !== undefined)?.options.auth
}

/** All guards that hold for a route, the groups' first. */
export function guardsOf(route: DeclaredHandler): Guard[] {
  const given = [...scopesOf(route.scope).map((scope) => scope.options.guard), route.options.guard]
  return given.flatMap((guard) => (guard === undefined ? [] : ([guard].flat() as Guard[])))
}

/** Whether responses of a route may be compressed: neither it nor a group around it says no. */
export function compressionOf(route: Declared): boolean {
  if (route.kind === 'socket') return compressionOf(route.request)
  const own = route.kind === 'handler' ? route.options.compression : route.compression
  return own !== false && scopesOf(route.scope).every((scope) => scope.options.compression !== false)
}
