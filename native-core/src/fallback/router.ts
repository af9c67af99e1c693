import type { RoutePlan } from '../plan.ts'

const allowOrder = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Where a request goes. */
export type Match =
  | { kind: 'route'; route: RoutePlan; params: string[] }
  | { kind: 'allowed'; methods: string[] }
  | { kind: 'twin'; path: string }
  | { kind: 'none' }

interface Node {
  fixed: Map<string, Node>
  param: Node | null
  rest: RoutePlan | null
  route: RoutePlan | null
}

/** Routes by method; in each, fixed segments beat parameters and parameters beat a catch-all. */
export class FallbackRouter {
  readonly #trees = new Map<string, Node>()
  readonly #mounts: RoutePlan[]

  constructor(routes: readonly RoutePlan[]) {
    this.#mounts = routes.filter((route) => route.kind === 'mount').sort((a, b) => b.path.length - a.path.length)
    for (const route of routes) if (route.kind !== 'mount') this.#add(route)
  }

  /** Looks up a path that was not decoded yet. Throws URIError on a malformed percent sign. */
  match(method: string, path: string): Match {
    const segments = path.slice(1).split('/').map(decodeURIComponent)
    const found = this.#find(method === 'HEAD' ? 'GET' : method, segments)
    if (found !== undefined) return found
    const mount = this.#mounts.find(
      ({ path: prefix }) => prefix === '/' || path === prefix || path.startsWith(`${prefix}/`),
    )
    if (mount !== undefined) return { kind: 'route', route: mount, params: [] }
    const methods = this.#allowed(segments)
    if (methods.length > 0) return { kind: 'allowed', methods }
    // As a Location, a path that begins with // would name another host.
    if (path.startsWith('//')) return { kind: 'none' }
    const twin = path.endsWith('/') ? segments.slice(0, -1) : [...segments, '']
    const hasTwin = path !== '/' && twin.length > 0 && this.#allowed(twin).length > 0
    return hasTwin ? { kind: 'twin', path: path.endsWith('/') ? path.slice(0, -1) : `${path}/` } : { kind: 'none' }
  }

  #add(route: RoutePlan): void {
    let node = this.#trees.get(route.method)
    if (node === undefined) {
      node = emptyNode()
      this.#trees.set(route.method, node)
    }
    for (const segment of route.path.slice(1).split('/')) {
      if (segment.startsWith('*')) {
        node.rest = route
        return
      }
      if (segment.startsWith(':')) {
        node.param ??= emptyNode()
        node = node.param
        continue
      }
      let child: Node | undefined = node.fixed.get(segment)
      if (child === undefined) {
        child = emptyNode()
        node.fixed.set(segment, child)
      }
      node = child
    }
    node.route = route
  }

  #find(method: string, segments: readonly string[]): Match | undefined {
    const tree = this.#trees.get(method)
    return tree === undefined ? undefined : walk(tree, segments, 0, [])
  }

  #allowed(segments: readonly string[]): string[] {
    const methods = [...this.#trees.keys()].filter((method) => this.#find(method, segments) !== undefined)
    if (methods.length === 0) return []
    const all = new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])
    return allowOrder.filter((method) => all.has(method))
  }
}

function walk(node: Node, segments: readonly string[], index: number, params: readonly string[]): Match | undefined {
  const segment = segments[index]
  if (segment === undefined)
    return node.route === null ? undefined : { kind: 'route', route: node.route, params: [...params] }
  const fixed = node.fixed.get(segment)
  const byFixed = fixed === undefined ? undefined : walk(fixed, segments, index + 1, params)
  if (byFixed !== undefined) return byFixed
  const byParam =
    node.param === null || segment === '' ? undefined : walk(node.param, segments, index + 1, [...params, segment])
  if (byParam !== undefined) return byParam
  if (node.rest === null) return undefined
  return { kind: 'route', route: node.rest, params: [...params, segments.slice(index).join('/')] }
}

function emptyNode(): Node {
  return { fixed: new Map(), param: null, rest: null, route: null }
}
