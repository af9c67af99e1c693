/**
 * A local npm registry that holds the packages of this repository, so that `npm create bolt-app` runs as users run it.
 * Only Node's own modules here; the server itself is a child process (`registry-server.mjs`).
 */
import { fork } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm, npmConfig } from './npm.mjs'
import { pack, publishable } from './packages.mjs'

/**
 * @typedef {object} Registry
 * @property {string} url With a slash at the end.
 * @property {Record<string, string>} env What npm and pnpm need in their environment to use it: merge it over `cleanEnv()`.
 * @property {(tarball: string, options?: { tag?: string }) => Promise<void>} publish The same version may be published again after `forget`.
 * @property {(name: string, version: string) => Promise<string | undefined>} integrity Of what it holds.
 * @property {(name: string) => void} forget Drops every version of one package.
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a registry on a free port; it ends with this process at the latest.
 * @param {object} options
 * @param {string} options.storage Folder for packages and npm's cache; made when absent.
 * @param {string} [options.cache] npm's cache, so that several registries can share one. @default npm-cache in `storage`
 * @param {string[]} [options.names] Packages that are ours: never asked of the user's registry.
 * @param {boolean} [options.online] False cuts every other package off, as on a machine without a network. @default true
 * @param {number} [options.port] @default 0 (a free one)
 * @returns {Promise<Registry>}
 */
export async function startRegistry({
  storage,
  cache = join(resolve(storage), 'npm-cache'),
  names = publishable().map(({ name }) => name),
  online = true,
  port = 0,
}) {
  const packages = join(resolve(storage), 'packages')
  mkdirSync(packages, { recursive: true })
  const upstream = online ? withSlash(await npmConfig('registry')) : undefined
  const { child, url } = await startServer({ storage: packages, upstream, names, port })
  const env = {
    npm_config_registry: url,
    npm_config_cache: cache,
    npm_config_yes: 'true',
    npm_config_omit_lockfile_registry_resolved: 'true',
    [`npm_config_${url.slice('http:'.length)}:_authToken`]: 'local',
  }
  return {
    url,
    env,
    publish: (tarball, { tag = 'latest' } = {}) =>
      npm(['publish', tarball, '--tag', tag, '--ignore-scripts', '--provenance=false'], { env, cwd: storage }),
    async integrity(name, version) {
      const answer = await fetch(new URL(name.replace('/', '%2f'), url))
      return answer.ok ? (await answer.json()).versions?.[version]?.dist.integrity : undefined
    },
    forget(name) {
      rmSync(join(packages, name), { recursive: true, force: true })
      rmSync(join(cache, '_npx'), { recursive: true, force: true })
    },
    stop: () => stopServer(child),
  }
}

/**
 * Packs our packages as they are built now and publishes those whose content differs from what the registry holds.
 * @param {Registry} registry
 * @param {string} into Folder for the tarballs.
 * @returns {Promise<{ packages: Awaited<ReturnType<typeof pack>>, published: string[] }>}
 */
export async function publishAll(registry, into) {
  const packages = await pack(
    publishable().map(({ folder }) => folder),
    into,
  )
  const published = []
  for (const { name, version, tarball, integrity } of packages) {
    if ((await registry.integrity(name, version)) === integrity) continue
    registry.forget(name)
    await registry.publish(tarball)
    published.push(name)
  }
  return { packages, published }
}

function startServer(options) {
  const file = fileURLToPath(new URL('registry-server.mjs', import.meta.url))
  const child = fork(file, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], detached: true })
  let complaint = ''
  child.stderr.on('data', (text) => {
    complaint = (complaint + text).slice(-2000)
  })
  return new Promise((done, failed) => {
    child.once('exit', (code) => failed(new Error(`the local registry ended at once (${code}): ${complaint.trim()}`)))
    child.once('message', ({ url, error }) => {
      if (error) return failed(new Error(`local registry: ${error}`))
      for (const handle of [child, child.stderr, child.channel]) handle.unref()
      done({ child, url })
    })
    child.send(options)
  })
}

async function stopServer(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.ref()
  child.kill('SIGTERM')
  await gone
}

function withSlash(url) {
  return url.endsWith('/') ? url : `${url}/`
}
