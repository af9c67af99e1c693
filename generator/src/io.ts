/** The process's surroundings as an Io, and Ctrl-C as an AbortSignal. Only the bins call this. */
import { main } from './main.ts'
import type { Io } from './types.ts'

/** Runs the process's command line and sets its exit code. */
export async function runBin(bin: Io['bin']): Promise<void> {
  const cancel = new AbortController()
  const onSignal = () => {
    if (cancel.signal.aborted) process.exit(130)
    cancel.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  process.exitCode = await main(process.argv.slice(2), {
    bin,
    cwd: process.cwd(),
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true && !process.env.CI,
    signal: cancel.signal,
  })
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
}
