/** Remembers what a step was done with, so that it is not done twice. Kept in the ignored `.tools/stamps.json`. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './root.mjs'

const file = join(root, '.tools', 'stamps.json')
const skipped = new Set(['node_modules', 'target', '.git', '.registry', '.tools'])

/** @returns {string | undefined} */
export function stamp(key) {
  return all()[key]
}

export function setStamp(key, value) {
  mkdirSync(dirname(file), { recursive: true })
  const next = `${file}.${process.pid}`
  writeFileSync(next, `${JSON.stringify({ ...all(), [key]: value }, null, 2)}\n`)
  renameSync(next, file)
}

/**
 * One hash over the content of files and folders, whatever their dates.
 * @param {string[]} paths Relative to the repository; absent ones count as absent.
 * @param {string} [salt] Anything else the result depends on.
 */
export function contentHash(paths, salt = '') {
  const hash = createHash('sha256').update(salt)
  for (const path of paths) add(hash, path)
  return hash.digest('hex')
}

function add(hash, path) {
  const full = join(root, path)
  if (!existsSync(full)) return hash.update(`absent ${path}\0`)
  const entries = list(full)
  if (entries === undefined) return hash.update(`${path}\0`).update(readFileSync(full))
  for (const { name } of entries) if (!skipped.has(name)) add(hash, `${path}/${name}`)
  return hash
}

function list(full) {
  try {
    return readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined
    throw error
  }
}

function all() {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}
