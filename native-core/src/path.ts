import { BoltError } from './errors.ts'

/** Joins a group's prefix and a route's path. */
export function joinPath(prefix: string, path: string): string {
  if (prefix === '' || prefix === '/') return path
  return path === '/' ? prefix : `${prefix}${path}`
}

/** Names of a path's parameters, in order. Refuses what is not a path. */
export function checkPath(path: unknown, where: string): string[] {
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw invalid(where, `path ${JSON.stringify(path)} does not begin with a slash`, "write for example '/notes/:id'")
  }
  if (/[?#\s\\]/.test(path))
    throw invalid(
      where,
      `path '${path}' has a character of ? # \\ or white space`,
      'a path has no query; declare it as the query schema',
    )
  if (path.includes('%')) throw invalid(where, `path '${path}' is percent-encoded`, 'write it as it is once decoded')
  const names: string[] = []
  const segments = path.slice(1).split('/')
  for (const [index, segment] of segments.entries()) {
    const kind = segment[0]
    if (kind !== ':' && kind !== '*') {
      if (/[:*]/.test(segment))
        throw invalid(
          where,
          `path '${path}': '${segment}' mixes text and a parameter`,
          'a parameter fills a whole segment',
        )
      continue
    }
    const name = segment.slice(1)
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw invalid(where, `path '${path}': '${segment}' has no proper name`, "name it like ':id' or '*path'")
    if (names.includes(name))
      throw invalid(where, `path '${path}': parameter '${name}' twice`, 'give each parameter its own name')
    if (kind === '*' && index !== segments.length - 1)
      throw invalid(where, `path '${path}': '${segment}' is not last`, 'a catch-all ends its path')
    names.push(name)
  }
  return names
}

function invalid(where: string, message: string, hint: string): BoltError {
  return new BoltError('invalid-path', `${where}: ${message}`, hint)
}
