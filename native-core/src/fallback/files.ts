import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { StaticRoute } from '../plan.ts'
import { type Exchange, Rejection } from './exchange.ts'

/** Answers with a file of a folder; whatever is not a file inside it is not found. */
export async function serveFile(exchange: Exchange, route: StaticRoute, path: string): Promise<void> {
  const isHidden = path.split(/[/\\]/).some((segment) => segment.startsWith('.'))
  if (isHidden || path.includes('\0') || !(await isInside(route, path)))
    throw new Rejection('not-found', 'Nothing here')
  const { default: send } = await import('send')
  exchange.take()
  const { req, res } = exchange
  await new Promise<void>((done) => {
    const stream = send(req, `/${path.split('/').map(encodeURIComponent).join('/')}`, {
      root: route.root,
      index: route.index ?? false,
      dotfiles: 'deny',
      cacheControl: false,
    })
    const close = (status: number): void => {
      res.statusCode = status
      res.end()
      done()
    }
    stream.on('headers', () => res.setHeader('cache-control', route.cacheControl))
    stream.on('error', (error: { status?: number }) => close(error.status ?? 500))
    stream.on('directory', () => close(404))
    res.on('close', () => done())
    stream.pipe(res)
  })
}

/** Follows links: the file, or a folder's index, must lie below the root. */
async function isInside(route: StaticRoute, path: string): Promise<boolean> {
  try {
    const root = await realpath(route.root)
    const target = await realpath(join(route.root, path))
    if (target === root) return route.index !== null && (await isInside({ ...route, index: null }, route.index))
    return target.startsWith(root + sep)
  } catch {
    return false
  }
}
