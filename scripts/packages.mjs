/** The packages of this repository, and tarballs of them as they are published. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { npm } from './npm.mjs'
import { root } from './root.mjs'
import { platformFields, targets } from './targets.mjs'

/** The packages that are published: every workspace that is not private. */
export function publishable() {
  const { workspaces } = readJson(join(root, 'package.json'))
  return workspaces
    .flatMap((pattern) => (pattern.endsWith('/*') ? children(join(root, pattern.slice(0, -2))) : [join(root, pattern)]))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, ...pick(readJson(join(folder, 'package.json'))) }))
    .filter((it) => !it.private)
}

/** The target of a binary's package; undefined for the other packages. */
export function targetOf(name) {
  return targets.find(({ packageName }) => packageName === name)
}

/**
 * Packs packages into tarballs.
 * @param {string[]} folders
 * @param {string} into
 * @param {Record<string, unknown>} [fields] Laid over the package.json of each.
 * @returns {Promise<Array<{ name: string, version: string, tarball: string, integrity: string, size: number }>>}
 */
export async function pack(folders, into, fields = {}) {
  mkdirSync(into, { recursive: true })
  const ready = folders.map((folder) => stage(folder, join(into, 'staged'), fields))
  const out = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', resolve(into), ...ready], {
    cwd: root,
  })
  rmSync(join(into, 'staged'), { recursive: true, force: true })
  const packed = JSON.parse(out.slice(out.search(/^[[{]/m)))
  return Object.values(packed).map(({ name, version, filename, integrity, size }) => ({
    name,
    version,
    tarball: join(into, filename.replace('@', '').replace('/', '-')),
    integrity,
    size,
  }))
}

/**
 * Lays a package out apart from its folder where its package.json is not the one to publish. A binary's package says only then which
 * machines it is for: as a workspace that says so it would keep `npm ci` from working on every other one. One that was not built is packed
 * without its binary: a lockfile names all of them, and the local registry, which has no other use for them, must know each.
 */
function stage(folder, into, fields) {
  const manifest = readJson(join(folder, 'package.json'))
  const target = targetOf(manifest.name)
  const extra = { ...(target ? platformFields(target) : {}), ...fields }
  if (Object.keys(extra).length === 0) return resolve(folder)
  const staged = resolve(into, manifest.name)
  mkdirSync(staged, { recursive: true })
  for (const path of manifest.files.filter((name) => existsSync(join(folder, name))))
    cpSync(join(folder, path), join(staged, path), { recursive: true })
  cpSync(join(root, 'LICENSE'), join(staged, 'LICENSE'))
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify({ ...manifest, ...extra }, null, 2)}\n`)
  return staged
}

function pick({ name, version, private: isPrivate }) {
  return { name, version, private: isPrivate === true }
}

function children(folder) {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

/** @returns {any} */
export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
