/**
 * `npm run fuzz -- <target> <seconds>`: lets a fuzz target run, from its committed corpus and what earlier runs found interesting.
 * The seconds are of processor time, so that an hour on a busy machine is an hour of fuzzing. Without a target: all of them in turn.
 * Needs `rustup toolchain install nightly` and `cargo install cargo-fuzz`.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

const folder = join(root, 'native-core/fuzz')
const source = readFileSync(join(folder, '../crates/bolt_proof/src/properties/mod.rs'), 'utf8')
const corpora = Object.fromEntries(
  [...source.matchAll(/name: "(\w+)", corpus: "(\w+)"/g)].map(([, name, corpus]) => [name, corpus]),
)
/** What libFuzzer ends with when it was interrupted, which is how a run ends that found nothing. */
const INTERRUPTED = 72

const usage = `usage: npm run fuzz -- [<target> [<seconds>]]
  targets  ${Object.keys(corpora).join(', ')}; all of them in turn without one
  seconds  processor time of the fuzzer, as Linux counts it; time of the clock where there is no /proc. 60 unless given`

const [target, seconds = '60'] = process.argv.slice(2)
if (target === '--help') {
  console.log(usage)
  process.exit()
}
if ((target !== undefined && corpora[target] === undefined) || !/^[1-9]\d*$/.test(seconds)) {
  console.error(usage)
  process.exit(1)
}
for (const name of target === undefined ? Object.keys(corpora) : [target]) {
  process.exitCode ||= await fuzz(name)
}

/** One run; its exit code. A finding stays in `fuzz/artifacts`, and libFuzzer says how to run it again. */
async function fuzz(name) {
  const built = await ended(start('cargo', ['+nightly', 'fuzz', 'build', '--fuzz-dir', folder, name]))
  if (built !== 0) return built
  const targets = process.env.CARGO_TARGET_DIR ?? join(folder, 'target')
  const host = execFileSync('rustc', ['+nightly', '--print', 'host-tuple'], { encoding: 'utf8' }).trim()
  const [found, artifacts] = ['runs', 'artifacts'].map((kind) => join(folder, kind, name))
  for (const one of [found, artifacts]) mkdirSync(one, { recursive: true })
  const limits = [
    // By the clock, which goes on while the fuzzer waits for a processor: only what hangs is a finding.
    '-timeout=300',
    '-rss_limit_mb=2048',
    '-max_len=4096',
    '-print_final_stats=1',
    `-artifact_prefix=${artifacts}/`,
  ]
  const counts = existsSync('/proc/self/stat')
  if (!counts) limits.push(`-max_total_time=${seconds}`)
  const args = [found, join(folder, 'corpus', corpora[name]), ...limits]
  const child = start(join(targets, host, 'release', name), args)
  const end = ended(child)
  const watch = counts ? interruptAfter(child, Number(seconds)) : undefined
  const code = await end
  clearInterval(watch?.timer)
  if (watch !== undefined) console.log(`fuzz: ${name} ran for ${Math.round(watch.used())} s of processor time`)
  return code === INTERRUPTED ? 0 : code
}

/** Starts a program on our terminal. */
function start(program, args) {
  return spawn(program, args, { cwd: root, stdio: 'inherit' })
}

/** The exit code of a program. */
async function ended(child) {
  const [code] = await once(child, 'exit')
  return code ?? 1
}

/** Interrupts a fuzzer, which then prints its statistics, once it has used so many seconds of processor time. */
function interruptAfter(child, seconds) {
  let used = 0
  const timer = setInterval(() => {
    used = processorSeconds(child.pid) ?? used
    if (used >= seconds) child.kill('SIGINT')
  }, 500)
  return { timer, used: () => used }
}

/** User and system time of a process (proc(5), fields 14 and 15), in hundredths of a second on every Linux; undefined when it is gone. */
function processorSeconds(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Behind the name, which may hold anything, the third field comes first.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return undefined
  }
}
