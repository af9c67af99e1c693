import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { withLock } from '../../src/apply/lock.ts'
import { MemoryDisk } from '../support/memory-disk.ts'

const LOCK = '/app/.bolt/txn/lock'
const start = Math.round((Date.now() - process.uptime() * 1000) / 10_000)

function lockedBy(mark: string): MemoryDisk {
  return new MemoryDisk({ [LOCK]: mark })
}

describe('the lock', () => {
  it('is held during the work and gone after it, also when the work fails', async () => {
    const disk = new MemoryDisk({ '/app/x': '' })
    await withLock(disk, '/app', async () => {
      expect(disk.nodes.has(LOCK)).toBe(true)
      await expect(withLock(disk, '/app', async () => {})).rejects.toMatchObject({ code: 'locked' })
    })
    await expect(withLock(disk, '/app', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(disk.nodes.has(LOCK)).toBe(false)
  })

  it.each([
    ['of a process that runs', `${process.ppid} 1 ${hostname()}\n`],
    ['of another machine', '1 1 elsewhere\n'],
    ['of our own', `${process.pid} ${start} ${hostname()}\n`],
  ])('%s is respected', async (_title, mark) => {
    const disk = lockedBy(mark)
    await expect(withLock(disk, '/app', async () => {})).rejects.toMatchObject({ code: 'locked' })
    expect(disk.nodes.has(LOCK)).toBe(true)
  })

  it.each([
    ['of a process that is gone', `4194304999 1 ${hostname()}\n`],
    ['of an earlier process with our number', `${process.pid} 1 ${hostname()}\n`],
    ['that is empty', ''],
    ['that is half written', '123 45'],
  ])('%s is taken over', async (_title, mark) => {
    expect(await withLock(lockedBy(mark), '/app', async () => 'done')).toBe('done')
  })
})
