/** `/notes/:id` → `/notes/{id}`. */
export function operationPath(path: string): string {
  return path.replace(/[:*]([A-Za-z_][A-Za-z0-9_]*)/g, '{$1}')
}

/** `GET /notes/:id` → `getNotesById`. */
export function defaultOperationId(route: { method: string; path: string }): string {
  const words = route.path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      const isParameter = segment.startsWith(':') || segment.startsWith('*')
      const name = segment.replace(/[^A-Za-z0-9]+(.)?/g, (_text, next: string | undefined) =>
        (next ?? '').toUpperCase(),
      )
      return `${isParameter ? 'By' : ''}${name.charAt(0).toUpperCase()}${name.slice(1)}`
    })
  return `${route.method.toLowerCase()}${words.length === 0 ? 'Root' : words.join('')}`
}
