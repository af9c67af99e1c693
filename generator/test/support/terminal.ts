import { stripVTControlCharacters } from 'node:util'
import { spawn } from '@lydell/node-pty'
import { onTestFinished } from 'vitest'
import { binPath, cleanEnvironment } from './run.ts'

export const keys = {
  enter: '\r',
  escape: '\u001b',
  left: '\u001b[D',
  down: '\u001b[B',
  up: '\u001b[A',
  ctrlC: '\u0003',
} as const

/** Longest wait for a text, ms. */
const PATIENCE = 20_000

export interface Terminal {
  /** Waits until text appears that was not there when this was last called. */
  until(text: string): Promise<void>
  press(...input: readonly string[]): void
  /** Exit code, once the program has ended. */
  readonly ended: Promise<number>
  /** Everything written so far, with control sequences. */
  readonly raw: string
  /** The same without them. */
  readonly text: string
}

/** The program on a real pseudo-terminal. */
export function terminal(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Terminal {
  const pty = spawn(process.execPath, [binPath(), ...args], {
    cwd,
    cols: 110,
    rows: 40,
    env: { ...cleanEnvironment(cwd), ...env },
  })
  let written = ''
  let seen = 0
  let check = () => {}
  let isRunning = true
  pty.onData((data) => {
    written += data
    check()
  })
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode }) => {
      isRunning = false
      check()
      resolve(exitCode)
    })
  })
  onTestFinished(() => {
    if (isRunning) pty.kill('SIGKILL')
  })
  const plain = () => stripVTControlCharacters(written)
  return {
    ended,
    get raw() {
      return written
    },
    get text() {
      return plain()
    },
    press(...input) {
      for (const each of input) pty.write(each)
    },
    until(text) {
      return new Promise((resolve, reject) => {
        const settle = (finish: () => void) => {
          clearTimeout(timer)
          check = () => {}
          finish()
        }
        const fail = (what: string) =>
          settle(() =>
            reject(new Error(`${what} without writing ${JSON.stringify(text)}. It wrote:\n${plain().slice(seen)}`)),
          )
        const timer = setTimeout(() => fail(`${PATIENCE} ms went by`), PATIENCE)
        check = () => {
          const at = plain().indexOf(text, seen)
          if (at < 0) {
            if (!isRunning) fail('The program ended')
            return
          }
          seen = at + text.length
          settle(resolve)
        }
        check()
      })
    },
  }
}
