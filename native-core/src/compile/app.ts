import type { JwtCheck } from '../auth.ts'
import type { Declared, DeclaredHandler, DeclaredSocket } from '../declared.ts'
import { BoltError } from '../errors.ts'
import { BOUNDS } from '../metrics/snapshot.ts'
import type { AppSettings } from '../options.ts'
import type { AppPlan } from '../plan.ts'
import { Statements, type UsedClient } from '../queries/statements.ts'
import type { Runners } from '../runner.ts'
import type { CompiledParts } from './parts.ts'
import { RoutePlanner } from './route.ts'
import { middlewareOf, runnerOf } from './runner.ts'

export interface CompiledApp {
  /** What the host is told. */
  plan: AppPlan
  /** What JavaScript does, by route id. */
  runners: Runners
  /** Token checks by their index in `plan.auths`. */
  jwts: JwtCheck[]
  /** Clients of databases, and what Rust runs of them, in the order of their numbers in the plan. */
  clients: readonly UsedClient[]
}

/** Compiles the declared routes into the plan for the host, which may have databases, and the runners for JavaScript. */
export function compileApp(
  settings: AppSettings,
  routes: readonly Declared[],
  partsOf: (route: DeclaredHandler | DeclaredSocket) => CompiledParts,
  hasDatabases: boolean,
): CompiledApp {
  assertNoDuplicates(routes)
  const statements = new Statements()
  const planner = new RoutePlanner(settings, hasDatabases ? statements : null)
  const parts = routes.map((route) => (route.kind === 'handler' || route.kind === 'socket' ? partsOf(route) : {}))
  const plans = routes.map((route, id) => planner.plan(id, route, parts[id] as CompiledParts))
  const runners = routes.map((route, id) => runnerFor(route, parts[id] as CompiledParts, settings))
  const { limits, securityHeaders, cors, compression, trustedProxies } = settings
  return {
    plan: {
      limits,
      securityHeaders,
      cors,
      compression,
      trustedProxies,
      auths: planner.auths,
      rateLimits: planner.rateLimits,
      observe: { bounds: settings.metrics ? [...BOUNDS] : null, log: settings.requestLog },
      routes: plans,
    },
    runners,
    jwts: planner.jwts,
    clients: statements.clients,
  }
}

/** What JavaScript does for a route; undefined for one that never enters it. */
function runnerFor(route: Declared, parts: CompiledParts, settings: AppSettings): Runners[number] {
  switch (route.kind) {
    case 'mount': {
      const { path, handler } = route
      return { kind: 'mount', label: `mount ${path}`, handler, middleware: middlewareOf(route) }
    }
    case 'socket': {
      const { request, handlers } = route
      return { kind: 'socket', request: runnerOf(request, parts, settings), handlers, message: parts.message ?? null }
    }
    case 'handler':
      return runnerOf(route, parts, settings)
    default:
      return undefined
  }
}

function assertNoDuplicates(routes: readonly Declared[]): void {
  const seen = new Set<string>()
  for (const route of routes) {
    const shape = route.path.replace(/:[^/]+/g, ':').replace(/\*[^/]+/g, '*')
    const key = `${route.method} ${shape}`
    if (seen.has(key)) {
      throw new BoltError(
        'duplicate-route',
        `${route.method} ${route.path} is declared twice`,
        'remove one; parameters of other names do not make another path',
      )
    }
    seen.add(key)
  }
}
