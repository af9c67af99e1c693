/** Counts the instructions that a server executes in user mode between two moments, by valgrind's callgrind. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from './server-process.mjs'

// Starting Node or a framework under valgrind takes half a minute on a busy machine.
const START_TIMEOUT = 180_000

/** Starts a server under callgrind with counting switched off; `count(work)` returns the instructions during `work`. */
export async function startCounted(server, { core, keep }) {
  const folder = keep ?? mkdtempSync(join(tmpdir(), 'bolt-callgrind-'))
  const out = join(folder, `${server.id}.out`)
  const wrapper = [
    'valgrind',
    '--tool=callgrind',
    '--instr-atstart=no',
    '--trace-children=no',
    `--callgrind-out-file=${out}`,
  ]
  const process = await startServer(server, { core, wrapper, timeout: START_TIMEOUT })
  const control = (...args) => execFileSync('callgrind_control', [...args, String(process.pid)], { stdio: 'ignore' })
  return {
    ...process,
    async count(work) {
      control('-i', 'on')
      control('-z')
      await work()
      control('-d')
      control('-i', 'off')
      return newestTotal(folder, server.id)
    },
    async stop() {
      await process.stop()
      if (!keep) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function newestTotal(folder, id) {
  const dumps = readdirSync(folder).filter((name) => name.startsWith(`${id}.out.`))
  const numbered = dumps.map((name) => [Number(name.match(/\.out\.(\d+)/)[1]), name]).sort((a, b) => b[0] - a[0])
  const text = readFileSync(join(folder, numbered[0][1]), 'utf8')
  const total = text.match(/^(?:totals|summary): (\d+)/m)
  if (!total) throw new Error(`callgrind wrote no total for ${id}`)
  return Number(total[1])
}
