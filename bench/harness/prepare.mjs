/** Everything a run needs, made when it is not there: the peers' packages, our core, our engine without Node. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

const bench = fileURLToPath(new URL('..', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Throws one sentence when the machine cannot be measured on. */
export function checkMachine() {
  if (process.platform !== 'linux')
    throw new Error('the benchmarks read /proc and pin with taskset: they run on Linux only')
  if (cpus().length < 2) throw new Error('the benchmarks need two cores: one for the server, one for the load')
}

/** Installs and builds; quick when nothing changed. */
export function prepare(say) {
  if (!existsSync(`${bench}node_modules`)) {
    say('installing the peers …')
    must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], bench)
  }
  if (!existsSync(`${root}node_modules`)) {
    say('installing the repository …')
    must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], root)
  }
  if (!existsSync(`${bench}nodes/node_modules`)) {
    say('installing the Nodes …')
    must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], `${bench}nodes`)
  }
  say('building the core …')
  must('npm', ['run', 'build', '--workspace', '@bolt-app/core'], root)
  say('building the engine without Node, and the WebSocket load …')
  must('cargo', ['build', '--release', '--package', 'bolt_host', '--bins'], root)
}

function must(program, args, cwd) {
  const { status, error, stderr } = spawnSync(program, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status === 0) return
  const why = error?.message ?? stderr.split('\n').slice(-15).join('\n')
  throw new Error(`"${program} ${args.join(' ')}" failed in ${cwd}\n${why}`)
}
