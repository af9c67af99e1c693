import { statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { Auth } from './auth.ts'
import { checkShape, shape } from './check.ts'
import { type AnyHandler, type DeclaredHandler, type Registry, type Scope, scopesOf } from './declared.ts'
import { BoltError } from './errors.ts'
import { checkPath, joinPath } from './path.ts'
import { handlerOf } from './queries/answer.ts'
import { isRouteQuery, routeQuery } from './query.ts'
import { type RateLimitOption, rateLimits } from './rate-limit.ts'
import { toJson } from './reply.ts'
import {
  checkGroupOptions,
  checkRouteOptions,
  type FetchHandler,
  type GroupOptions,
  type Middleware,
  type Only,
  type RouteMethod,
  type RouteOptions,
} from './route.ts'
import {
  type AnySocketHandlers,
  checkSocketOptions,
  type SocketMethod,
  type SocketOptions,
} from './websocket/options.ts'

/** How a fixed answer is sent; an unknown option is refused. */
export interface AnswerOptions {
  /** Status of the response. @default 200 */
  status?: number
  /** Response headers by name; `content-type` may be among them. */
  headers?: Readonly<Record<string, string>>
  /** False keeps the responses as they are, whatever a client accepts. @default true */
  compression?: boolean
}

/** How the files of a folder are sent; an unknown option is refused. */
export interface StaticOptions {
  /** The files never change under their names (they carry a hash): cached for a year. @default false */
  immutable?: boolean
  /** Cache-Control of the files. @default 'public, max-age=0, must-revalidate', or a year when immutable */
  cacheControl?: string
  /** File that answers for a folder; false for none. @default 'index.html' */
  index?: string | false
  /** False sends the files as they are: neither compressed, nor from `.br`, `.zst` and `.gz` files beside them. @default true */
  compression?: boolean
}

/** Bounds on what is mounted; an unknown option is refused. */
export interface MountOptions {
  /** Largest body, bytes. @default limits.bodyBytes */
  bodyBytes?: number
  /** How often a client may ask, besides the limits of the groups and of the application. @default none */
  rateLimit?: RateLimitOption
  /** False keeps the responses as they are, whatever a client accepts. @default true */
  compression?: boolean
}

/** Declares routes; an application is one, and so is what `group` hands over. */
export class Router<Prefix extends string = '', Claims = undefined> {
  /** Declares a route for GET, and for HEAD, which gets the same head. */
  declare readonly get: RouteMethod<Prefix, Claims>
  declare readonly post: RouteMethod<Prefix, Claims>
  declare readonly put: RouteMethod<Prefix, Claims>
  declare readonly patch: RouteMethod<Prefix, Claims>
  declare readonly delete: RouteMethod<Prefix, Claims>
  /** @internal */
  readonly scope: Scope
  /** @internal */
  readonly registry: Registry

  /** @internal */
  constructor(registry: Registry, scope: Scope) {
    this.registry = registry
    this.scope = scope
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const declare = (path: string, ...rest: unknown[]): void => this.#route(method.toUpperCase(), path, rest)
      Object.defineProperty(this, method, { value: declare })
    }
  }

  /**
   * Routes that share a prefix, and what is given as options.
   * @example app.group('/admin', { auth, guard: requires({ role: 'admin' }) }, (r) => { r.get('/users', listUsers) })
   */
  group<Path extends string>(path: Path, declare: (router: Router<`${Prefix}${Path}`, Claims>) => void): void
  group<Path extends string, const Options extends GroupOptions>(
    path: Path,
    options: Only<Options, GroupOptions>,
    declare: (
      router: Router<`${Prefix}${Path}`, Options extends { readonly auth: Auth<infer C> } ? C : Claims>,
    ) => void,
  ): void
  group(path: string, ...rest: unknown[]): void {
    const where = `group ${path}`
    this.registry.assertOpen(where)
    const declare = rest.at(-1)
    const options = rest.length > 1 ? rest[0] : {}
    if (typeof declare !== 'function')
      throw new BoltError(
        'invalid-option',
        `${where}: no function that declares its routes`,
        "write app.group('/admin', (r) => { r.get(…) })",
      )
    checkGroupOptions(where, options)
    const prefix = joinPath(this.scope.prefix, path)
    if (path !== '' && path !== '/') checkPath(prefix, where)
    if (path.length > 1 && path.endsWith('/'))
      throw new BoltError('invalid-path', `${where}: the prefix ends in a slash`, 'leave the last slash out')
    const scope: Scope = { prefix, parent: this.scope, options: options as GroupOptions, middleware: [] }
    declare(new Router(this.registry, scope))
  }

  /**
   * Wraps every handler of this router and its groups, wherever they are declared. Answers made in Rust (401, 404, 422, files, fixed
   * answers) do not pass through it, and routes without middleware pay nothing.
   */
  use(middleware: Middleware): void {
    this.registry.assertOpen('use()')
    if (typeof middleware !== 'function')
      throw new BoltError(
        'invalid-option',
        `use(): expected a function, got ${typeof middleware}`,
        'pass async (ctx, next) => next()',
      )
    this.scope.middleware.push(middleware)
  }

  /**
   * A fixed answer, made once and sent by Rust: an object as JSON, a string as text.
   * @example app.answer('/healthz', { status: 'ok' })
   */
  answer(path: string, value: string | object, options: AnswerOptions = {}): void {
    const full = joinPath(this.scope.prefix, path)
    const where = `answer ${full}`
    this.registry.assertOpen(where)
    this.#assertOpenToAll(where)
    checkPath(full, where)
    checkShape(where, options, {
      status: shape.integer({ min: 200, max: 599 }),
      headers: shape.headers(),
      compression: shape.flag(),
    })
    const given = Object.entries(options.headers ?? {}).flatMap(([name, text]) => [name.toLowerCase(), text])
    const type = typeof value === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
    this.registry.add({
      kind: 'answer',
      method: 'GET',
      path: full,
      scope: this.scope,
      status: options.status ?? 200,
      headers: given.some((text, index) => index % 2 === 0 && text === 'content-type')
        ? given
        : ['content-type', type, ...given],
      body: typeof value === 'string' ? value : toJson(value),
      hidden: false,
      compression: options.compression ?? true,
    })
  }

  /**
   * Serves the files of a folder, without entering JavaScript.
   * @example app.static('/assets', './public', { immutable: true })
   */
  static(path: string, root: string, options: StaticOptions = {}): void {
    const prefix = joinPath(this.scope.prefix, path)
    const where = `static ${prefix}`
    this.registry.assertOpen(where)
    this.#assertOpenToAll(where)
    checkShape(where, options, {
      immutable: shape.flag(),
      cacheControl: shape.text(),
      index: shape.either(shape.oneOf([false]), shape.text()),
      compression: shape.flag(),
    })
    checkPath(prefix, where)
    const folder = isAbsolute(root) ? root : resolve(root)
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new BoltError(
        'invalid-option',
        `${where}: '${folder}' is not a folder`,
        'the path is relative to where the process was started',
      )
    }
    const cacheControl =
      options.immutable === true ? 'public, max-age=31536000, immutable' : 'public, max-age=0, must-revalidate'
    this.registry.add({
      kind: 'static',
      method: 'GET',
      path: prefix === '/' ? '/*path' : `${prefix}/*path`,
      scope: this.scope,
      root: folder,
      cacheControl: options.cacheControl ?? cacheControl,
      index: options.index === false ? null : (options.index ?? 'index.html'),
      compression: options.compression ?? true,
    })
  }

  /**
   * Hands everything below a path that no route matches to a fetch handler, all methods.
   * @example app.mount('/api/auth', auth.handler)
   */
  mount(path: string, handler: FetchHandler, options: MountOptions = {}): void {
    const full = joinPath(this.scope.prefix, path)
    const where = `mount ${full}`
    this.registry.assertOpen(where)
    this.#assertNoSignIn(where)
    checkPath(full, where)
    checkShape(where, options, {
      bodyBytes: shape.integer({ min: 0 }),
      rateLimit: rateLimits,
      compression: shape.flag(),
    })
    if (typeof handler !== 'function')
      throw new BoltError(
        'invalid-option',
        `${where}: expected a function, got ${typeof handler}`,
        'pass (request: Request) => Response',
      )
    this.registry.add({
      kind: 'mount',
      method: '*',
      path: full,
      scope: this.scope,
      handler,
      bodyBytes: options.bodyBytes ?? null,
      rateLimit: options.rateLimit,
      compression: options.compression ?? true,
    })
  }

  /**
   * A WebSocket. The request that asks for it is checked in Rust (handshake, origin, sign-in, parameters) before any callback is called.
   * @example
   * app.ws('/rooms/:room', {
   *   open: (socket) => void socket.subscribe(socket.params.room),
   *   message: (socket, message) => void socket.publish(socket.params.room, message),
   * })
   */
  ws: SocketMethod<Prefix, Claims> = (path: string, ...rest: unknown[]): void => {
    const full = joinPath(this.scope.prefix, path)
    const where = `ws ${full}`
    this.registry.assertOpen(where)
    const names = checkPath(full, where)
    const [options, handlers] = rest.length > 1 ? rest : [{}, rest[0]]
    checkSocketOptions(where, options, handlers)
    const { params, query, headers, cookies, auth, guard, rateLimit } = options as SocketOptions
    const given = Object.entries({ params, query, headers, cookies, auth, guard, rateLimit })
    const request: DeclaredHandler = {
      kind: 'handler',
      method: 'GET',
      path: full,
      scope: this.scope,
      names,
      options: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
      handler: () => undefined,
    }
    this.registry.add({
      kind: 'socket',
      method: 'GET',
      path: full,
      scope: this.scope,
      request,
      options: options as SocketOptions,
      handlers: handlers as AnySocketHandlers,
    })
  }

  /** What is answered without looking at the request cannot be behind a sign-in; refused rather than served to everybody. */
  #assertNoSignIn(where: string): void {
    if (scopesOf(this.scope).every(({ options }) => options.auth === undefined && options.guard === undefined)) return
    throw new BoltError(
      'invalid-option',
      `${where}: its group has auth or guard, which only handlers can hold`,
      'declare it outside of the group, or answer with a handler',
    )
  }

  /** Fixed answers and files have no policies at all; the limit of the application is about handlers and mounts. */
  #assertOpenToAll(where: string): void {
    this.#assertNoSignIn(where)
    if (scopesOf(this.scope).every(({ parent, options }) => parent === null || options.rateLimit === undefined)) return
    throw new BoltError(
      'invalid-option',
      `${where}: its group has rateLimit, which only handlers and mounts can hold`,
      'declare it outside of the group',
    )
  }

  #route(method: string, path: string, rest: unknown[]): void {
    const full = joinPath(this.scope.prefix, path)
    const where = `${method} ${full}`
    this.registry.assertOpen(where)
    const names = checkPath(full, where)
    const given = rest.at(-1)
    const options = rest.length > 1 ? rest[0] : {}
    const query = isRouteQuery(given) ? given[routeQuery] : undefined
    if (typeof given !== 'function' && query === undefined)
      throw new BoltError(
        'invalid-option',
        `${where}: the handler is a ${typeof given}`,
        'the last argument is the function that answers, or a query()',
      )
    checkRouteOptions(where, method, options, query !== undefined)
    this.registry.add({
      kind: 'handler',
      method,
      path: full,
      scope: this.scope,
      names,
      options: options as RouteOptions,
      ...(query === undefined
        ? { handler: given as AnyHandler }
        : { handler: handlerOf(query, (options as RouteOptions).etag === true), query }),
    })
  }
}
