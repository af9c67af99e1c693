/** Starting other programs: argument arrays, no shell, a time limit, and the whole process group ended on cancel. */
import { execa } from 'execa'
import { childEnvironment } from './environment.ts'

export interface ProgramRequest {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Milliseconds. */
  readonly timeout: number
  /** Called with each line of output as it comes. */
  readonly onLine?: (line: string) => void
}

export interface ProgramResult {
  /** started: it ran to its end. missing: there is no such program. */
  readonly outcome: 'ended' | 'missing' | 'timed-out' | 'cancelled'
  readonly code: number | undefined
  /** Both streams, in order. */
  readonly output: string
}

const GRACE = 3000

export async function runProgram({
  program,
  args,
  cwd,
  env,
  signal,
  timeout,
  onLine,
}: ProgramRequest): Promise<ProgramResult> {
  if (signal.aborted) return { outcome: 'cancelled', code: undefined, output: '' }
  const group = process.platform !== 'win32'
  const child = execa(program, [...args], {
    cwd,
    env: childEnvironment(env),
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    detached: group,
    cleanup: true,
    windowsHide: true,
  })
  let ended: 'timed-out' | 'cancelled' | undefined
  const end = (why: typeof ended) => {
    ended ??= why
    killGroup(child.pid, group, 'SIGTERM')
    setTimeout(() => killGroup(child.pid, group, 'SIGKILL'), GRACE).unref()
  }
  const onAbort = () => end('cancelled')
  const timer = setTimeout(() => end('timed-out'), timeout)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const lines: string[] = []
    if (onLine)
      for await (const line of child.iterable({ from: 'all', preserveNewlines: false }))
        onLine(lines[lines.push(line) - 1] ?? '')
    const result = await child
    const missing = 'code' in result && result.code === 'ENOENT'
    return {
      outcome: ended ?? (missing ? 'missing' : 'ended'),
      code: result.exitCode,
      output: onLine ? lines.join('\n') : (result.all ?? ''),
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

function killGroup(pid: number | undefined, group: boolean, how: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(group ? -pid : pid, how)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
