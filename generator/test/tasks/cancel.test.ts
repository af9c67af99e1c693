import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/run.ts'
import { keys, terminal } from '../support/terminal.ts'

/** A package manager that starts a child of its own and then waits for ever; both write their process id. */
const STUCK = `#!${process.execPath}
const { spawn } = require('node:child_process')
if (process.argv[2] === '--version') console.log('11.0.0')
else {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  require('node:fs').writeFileSync('pids.json', JSON.stringify([process.pid, child.pid]))
  console.log('npm http fetch GET 200 first-package')
  setInterval(() => {}, 1000)
}`

describe('Ctrl-C while packages are installed', () => {
  it('ends every process of the package manager, keeps the project, and says so', async () => {
    const cwd = await temporaryFolder()
    const bin = path.join(cwd, '.home/bin')
    await mkdir(bin, { recursive: true })
    await writeFile(path.join(bin, 'npm'), STUCK)
    await chmod(path.join(bin, 'npm'), 0o755)
    const screen = terminal(['shop', '--yes', '--blueprint', 'minimal', '--no-git'], cwd, { PATH: bin })
    await screen.until('fetch GET 200 first-package')
    screen.press(keys.ctrlC)
    expect(await screen.ended).toBe(130)
    expect(screen.text).toContain('✗ Cancelled; the project is complete in')
    expect(screen.text).toContain('→ cd shop && npm install')
    const pids = JSON.parse(await readFile(path.join(cwd, 'shop/pids.json'), 'utf8')) as number[]
    // The system reaps orphans in its own time.
    await expect.poll(() => pids.filter(isRunning), { timeout: 15_000 }).toEqual([])
    expect(await readFile(path.join(cwd, 'shop/package.json'), 'utf8')).toContain('"shop"')
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
