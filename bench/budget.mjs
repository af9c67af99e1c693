/**
 * The instruction budget: what the engine executes for one request of a scenario with the handlers in Rust, compared with the
 * committed figures. `node bench/budget.mjs` fails when one grew by more than 3 %; `--update` writes the figures of now.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { makePlan, planFile } from './app/made.mjs'
import { requestBytes } from './harness/http-client.mjs'
import { rustVersion } from './harness/machine.mjs'
import { scenarios } from './scenarios.mjs'

const COUNTED = ['json', 'params', 'post', 'invalid', 'jwt', 'anonymous', 'missing', 'limited', 'small', 'pipelined']
/** More than this share above the budget fails; as much below asks for a new budget, so that the next regression shows. */
const TOLERANCE = 0.03
/** What to do about a change. */
export const UPDATE = '→ if this is what the change is worth: node bench/budget.mjs --update, and say why in the commit'
/** The difference of two runs leaves out how the program starts. */
const [FEW, MANY] = [256, 1280]

const file = fileURLToPath(new URL('./results/budget.json', import.meta.url))
const raw = fileURLToPath(new URL('../target/release/bolt-raw', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))

/** What the counts depend on, besides the source: the same compiler, C library, valgrind and vector instructions give the same counts. */
export function circumstances() {
  const version = (program, pattern) => execFileSync(program, ['--version'], { encoding: 'utf8' }).match(pattern)?.[1]
  return {
    rustc: rustVersion(),
    glibc: version('ldd', /(\d+\.\d+)$/m),
    valgrind: version('valgrind', /valgrind-(\S+)/),
    avx2: /^flags\s*:.*\bavx2\b/m.test(readFileSync('/proc/cpuinfo', 'utf8')),
  }
}

/** Why the budget says nothing here; undefined where it does. */
export function reasonToSkip(budget, { now = circumstances, valgrind = hasValgrind } = {}) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the instruction budget is for Linux x64'
  if (!valgrind()) return 'missing program: valgrind'
  const here = now()
  const differing = Object.keys(budget.counted).filter((key) => budget.counted[key] !== here[key])
  if (differing.length === 0) return undefined
  const list = differing.map((key) => `${key} ${budget.counted[key]}, here it is ${here[key]}`).join('; ')
  return `the instruction budget was counted with ${list}`
}

export const readBudget = () => JSON.parse(readFileSync(file, 'utf8'))

/** One line per scenario that left its budget; those with `fails` are over it. */
export function compare(budget, counts) {
  return Object.entries(counts).flatMap(([id, count]) => {
    const before = budget.instructions[id]
    if (before === undefined) return [{ fails: true, text: `${id}: ${count} instructions, and no budget` }]
    const change = count / before - 1
    if (Math.abs(change) <= TOLERANCE) return []
    const text = `${id}: ${count} instructions a request, ${(change * 100).toFixed(1)} % ${change > 0 ? 'over' : 'under'} the budget of ${before}`
    return [{ fails: change > 0, text }]
  })
}

/** Builds the engine without Node as it is released, and counts every scenario. */
export function countAll(say = () => {}) {
  execFileSync('cargo', ['build', '--release', '--package', 'bolt_host', '--bin', 'bolt-raw'], {
    cwd: root,
    stdio: 'pipe',
  })
  makePlan()
  const folder = mkdtempSync(join(tmpdir(), 'bolt-budget-'))
  try {
    return Object.fromEntries(
      COUNTED.map((id) => {
        const scenario = scenarios.find((row) => row.id === id)
        const request = join(folder, id)
        writeFileSync(request, Buffer.concat(Array(scenario.pipeline ?? 1).fill(requestBytes(scenario))))
        const [few, many] = [FEW, MANY].map((times) => instructions(request, times))
        const count = Math.round((many - few) / (MANY - FEW) / (scenario.pipeline ?? 1))
        say(`${id}: ${count}`)
        return [id, count]
      }),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function instructions(request, times) {
  const args = ['--tool=callgrind', '--callgrind-out-file=/dev/null', raw, 'count', planFile, request, String(times)]
  const { status, stderr } = spawnSync('valgrind', args, { encoding: 'utf8' })
  const found = stderr.match(/Collected : (\d+)/)
  if (status === 0 && found) return Number(found[1])
  throw new Error(`the requests of ${request} could not be counted\n${stderr.slice(-2000)}`)
}

function hasValgrind() {
  return spawnSync('valgrind', ['--version']).status === 0
}

function main() {
  const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } })
  if (values.update) {
    const results = { counted: circumstances(), instructions: countAll(console.log) }
    writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
    return console.log('written: bench/results/budget.json')
  }
  const budget = readBudget()
  const skip = reasonToSkip(budget)
  if (skip) return console.log(`skipped: ${skip}`)
  const changes = compare(budget, countAll(console.log))
  for (const { text } of changes) console.log(text)
  if (changes.length > 0) console.log(UPDATE)
  if (changes.some(({ fails }) => fails)) process.exitCode = 1
  else console.log('budget: kept')
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main()
