/**
 * Loaded before a bin (`node --import`): kills the process at a chosen change of the disk, in the middle of it where it is a write.
 * KILL_AT: number of the change. COUNT_TO: file that gets the number of changes of a run that is not killed.
 */
import { writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const at = Number(process.env.KILL_AT ?? 0)
let changes = 0

function isLast() {
  changes++
  return changes === at
}

function die() {
  process.kill(process.pid, 'SIGKILL')
}

for (const name of ['mkdir', 'rename', 'unlink', 'rmdir']) {
  const original = fs[name]
  fs[name] = (...args) => {
    if (isLast()) die()
    return original(...args)
  }
}

const open = fs.open
fs.open = async (path, flags, ...rest) => {
  if (flags !== 'wx') return open(path, flags, ...rest)
  if (isLast()) die()
  const file = await open(path, flags, ...rest)
  const write = file.writeFile.bind(file)
  file.writeFile = async (content) => {
    if (!isLast()) return write(content)
    await write(content.subarray(0, content.length / 2))
    die()
  }
  return file
}
syncBuiltinESMExports()

process.on('exit', () => {
  if (process.env.COUNT_TO) writeFileSync(process.env.COUNT_TO, String(changes))
})
