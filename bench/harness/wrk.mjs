/** Load by wrk, pinned to the other core. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const script = fileURLToPath(new URL('./wrk.lua', import.meta.url))

/** The version line of wrk, or undefined when it is not installed. */
export function wrkVersion() {
  try {
    execFileSync('wrk', ['-v'], { encoding: 'utf8' })
    return undefined
  } catch (error) {
    // wrk -v prints its version and exits with 1.
    return error.stdout?.split('[')[0].trim() || undefined
  }
}

/** One bounded run; figures of the client's side: requests, microseconds, p50, p99 (µs), statusErrors, socketErrors. */
export async function loadByWrk(scenario, port, { core, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'bolt-bench-'))
  try {
    const body = scenario.body ? join(folder, 'body') : ''
    if (body) writeFileSync(body, scenario.body)
    const args = ['-c', String(core), 'wrk', '-t1', `-c${scenario.connections ?? 64}`, `-d${seconds}s`, '-s', script]
    args.push(
      `${scenario.listener === 'tls' ? 'https' : 'http'}://127.0.0.1:${port}${scenario.path}`,
      '--',
      String(scenario.pipeline ?? 1),
    )
    args.push(scenario.method ?? 'GET', body, ...Object.entries(scenario.headers ?? {}).flat())
    const { stdout } = await run('taskset', args, { timeout: (seconds + 10) * 1000 })
    return JSON.parse(stdout.match(/^RESULT (.*)$/m)[1])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
