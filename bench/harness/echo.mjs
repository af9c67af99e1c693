/** Load for the WebSocket scenario, by a small program of ours: wrk speaks HTTP alone. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const program = fileURLToPath(new URL('../../target/release/echo-load', import.meta.url))

/** As `loadByWrk`; a request is a message and its echo. */
export async function loadByEcho(scenario, port, { core, seconds }) {
  const args = ['-c', String(core), program, port, scenario.path, scenario.connections ?? 64, seconds].map(String)
  const { stdout } = await run('taskset', args, { timeout: (seconds + 10) * 1000 })
  return JSON.parse(stdout)
}
