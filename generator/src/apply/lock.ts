/** One changing command at a time in a project. */
import { hostname } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { BoltError } from '../errors.ts'
import { type Disk, makeFolders } from './disk.ts'
import { applyFailure } from './failure.ts'
import { TXN } from './journal.ts'
import { insideRoot } from './safe-path.ts'

const LOCK = `${TXN}/lock`
const MARK = /^\d{1,10} \d+ \S+\n$/
/** Milliseconds that a lock may take to be written. */
const SETTLE = 100

/** Runs `work` while holding the project's lock. A lock whose process is gone is taken over. */
export async function withLock<T>(disk: Disk, root: string, work: () => Promise<T>): Promise<T> {
  const path = await insideRoot(disk, root, LOCK)
  try {
    await makeFolders(disk, `${root}/${TXN}`)
    await acquire(disk, path)
  } catch (error) {
    throw applyFailure(error)
  }
  try {
    return await work()
  } finally {
    await disk.remove(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
}

async function acquire(disk: Disk, path: string): Promise<void> {
  for (let attempt = 0; attempt < 4; attempt++) {
    try {
      return await disk.create(path, new TextEncoder().encode(ownMark()), 0o644)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const mark = await readMark(disk, path)
    if (mark === undefined) continue
    if (!MARK.test(mark)) {
      // Half written: by a process that writes it at this moment, or was killed while it did.
      if (attempt === 0) await setTimeout(SETTLE)
      else await discard(disk, path)
    } else if (isAlive(mark)) throw locked(mark)
    else await discard(disk, path)
  }
  throw locked('another command')
}

/** `pid start host`: the start tells a lock of our own from one of an earlier process with the same number. */
function ownMark(): string {
  return `${process.pid} ${Math.round((Date.now() - process.uptime() * 1000) / 10_000)} ${hostname()}\n`
}

function isAlive(mark: string): boolean {
  const [pid = '', start = '', host = ''] = mark.trim().split(' ')
  if (host !== hostname()) return true
  if (Number(pid) === process.pid) return Math.abs(Number(start) - Number(ownMark().split(' ')[1])) <= 1
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function readMark(disk: Disk, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode((await disk.read(path)).subarray(0, 300))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function discard(disk: Disk, path: string): Promise<void> {
  await disk.remove(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}

function locked(mark: string): BoltError {
  const [pid, , host] = mark.trim().split(' ')
  return new BoltError('locked', {
    message: 'Another command is changing this project',
    why: host === undefined ? `${LOCK} is held` : `${LOCK} is held by process ${pid} on ${host}`,
    hint: `Wait until it is done. If nothing is running any more, delete ${LOCK}`,
  })
}
