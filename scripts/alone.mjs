/** One process at a time where several would write the same files. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { root } from './root.mjs'

const folder = join(root, '.tools', 'locks')

/**
 * Does some work while no other process of this clone does work of the same name; waits for its turn, and says so once.
 * What a process holds that was killed is taken over.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(name, work) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  const release = () => rmSync(file, { force: true })
  let told = 0
  while (!taken(file)) {
    const pid = holder(file)
    if (pid !== 0 && pid !== told) console.log(`  · waiting for process ${pid}, which is at work on the same (${name})`)
    told = pid
    await setTimeout(200)
  }
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

/** Takes the lock if nobody alive has it. The file is linked into its place, so that it never is there without its content. */
function taken(file) {
  const own = `${file}.${process.pid}`
  writeFileSync(own, String(process.pid))
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const pid = holder(file)
    if (pid !== 0 && !isAlive(pid)) drop(file, pid, own)
    return false
  } finally {
    rmSync(own, { force: true })
  }
}

/** Takes away what a process left that is gone, unless somebody else has done so meanwhile and holds the lock now. */
function drop(file, pid, own) {
  try {
    renameSync(file, `${own}.old`)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  if (holder(`${own}.old`) === pid) rmSync(`${own}.old`)
  else renameSync(`${own}.old`, file)
}

/** The process that a file names; 0 when it names none, or is gone by now. */
function holder(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return 0
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
