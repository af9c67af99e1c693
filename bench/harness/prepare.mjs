/** What a run needs, made when it is not there: the peers' packages, our core. */
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

/** Installs and builds what every suite needs; quick when nothing changed. */
export function prepare(say) {
  install(bench, 'the peers', say)
  install(root, 'the repository', say)
  say('building the core …')
  must('npm', ['run', 'build', '--workspace', '@bolt-app/core'], root)
}

/** The packages of a folder's lock file. */
export function install(folder, what, say) {
  if (existsSync(`${folder}/node_modules`)) return
  say(`installing ${what} …`)
  must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder)
}

/** Runs a program, quietly; throws with the end of what it complained about. */
export function must(program, args, cwd) {
  const { status, error, stderr } = spawnSync(program, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status === 0) return
  const why = error?.message ?? stderr.split('\n').slice(-15).join('\n')
  throw new Error(`"${program} ${args.join(' ')}" failed in ${cwd}\n${why}`)
}
