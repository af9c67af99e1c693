/**
 * `npm test`: sets up what is needed, then every test that fits in half an hour on two cores; `--all` adds the slow ones.
 * The last line counts what really ran, over all runners.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildAll } from './build.mjs'
import { cleanEnv, npmCommand } from './npm.mjs'
import { installPostgres, versions } from './postgres.mjs'
import { CommandFailed, endAll, endWithUs, run } from './process.mjs'
import { installPrograms } from './programs.mjs'
import { root } from './root.mjs'
import { isUnmet, NO_REASON } from './skips.mjs'
import { elapsed, explain, step } from './steps.mjs'

const all = process.argv.includes('--all')
const strict = process.env.CI === 'true'
const reports = join(root, '.tools', 'reports')

/** @typedef {{ passed: number, failed: number, failures: string[], skipped: Array<{ test: string, why: string }> }} Counts `failures` names what failed. */

/** Each runner returns counts of what it ran; one that ends before it can count throws. */
const runners = [
  { name: 'check', run: check },
  { name: 'cargo test', run: cargo },
  { name: 'bench', run: benchTests },
  { name: 'instruction budget', run: budget },
  ...['generator', 'native-core', 'e2e'].map((folder) => ({ name: `vitest ${folder}`, run: () => vitest(folder) })),
  ...(all ? Object.keys(versions).map((major) => ({ name: `postgresql ${major}`, run: () => postgres(major) })) : []),
]

endWithUs()
try {
  process.exitCode = await main()
} catch (error) {
  explain(error)
  console.log('\n0 passed, 1 failed')
  process.exitCode = 1
} finally {
  await endAll(5)
}

async function main() {
  console.log('Setting up\n')
  await buildAll()
  await installPrograms()
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  const results = []
  for (const runner of runners) results.push({ name: runner.name, ...(await counted(runner)) })
  return report(results)
}

/** Runs one runner; a skip for a missing program, or for no reason, counts as a failure where everything should be there. */
async function counted({ name, run }) {
  console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 70 - name.length))}`)
  const began = performance.now()
  const counts = await run().catch((error) => {
    explain(error)
    return { passed: 0, failed: 1, failures: [`${name}: ${error.message}`], skipped: [] }
  })
  const unmet = strict ? counts.skipped.filter(isUnmet) : []
  return {
    passed: counts.passed,
    failed: counts.failed + unmet.length,
    failures: [...counts.failures, ...unmet.map(({ test, why }) => `${test} (skipped, ${why}, which CI=true forbids)`)],
    skipped: counts.skipped.filter((skip) => !unmet.includes(skip)),
    seconds: Math.round((performance.now() - began) / 1000),
  }
}

function report(results) {
  console.log(`\n── results ${'─'.repeat(63)}`)
  for (const { name, passed, failed, skipped, seconds } of results) {
    console.log(`  ${name.padEnd(20)} ${passed} ok, ${failed} not ok, ${skipped.length} left out (${seconds} s)`)
  }
  for (const { test, why } of results.flatMap(({ skipped }) => skipped)) console.log(`  skipped: ${test} (${why})`)
  for (const test of results.flatMap(({ failures }) => failures)) console.log(`  failed: ${test}`)
  const sum = (pick) => results.reduce((total, result) => total + pick(result), 0)
  const failed = sum((it) => it.failed)
  console.log(`  ${elapsed()} in all`)
  console.log(`${sum((it) => it.passed)} passed, ${failed} failed, ${sum((it) => it.skipped.length)} skipped`)
  return failed === 0 ? 0 : 1
}

/** @returns {Counts} */
function noCounts() {
  return { passed: 0, failed: 0, failures: [], skipped: [] }
}

/** `npm run check` without the unit tests, which run below. One step is one test. */
async function check() {
  const { checks } = await import('./check.mjs')
  const counts = noCounts()
  for (const { name, run: work } of checks) {
    try {
      await step(name, async () => work())
      counts.passed += 1
    } catch (error) {
      explain(error)
      counts.failed += 1
      counts.failures.push(`check › ${name}`)
    }
  }
  return counts
}

async function cargo() {
  const output = await outputOf('cargo', ['test', '--workspace', '--no-fail-fast', '--color', 'never'], cleanEnv())
  const counts = noCounts()
  for (const [, passed, failed] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm)) {
    counts.passed += Number(passed)
    counts.failed += Number(failed)
  }
  for (const [, test] of output.matchAll(/^test (.+?) \.\.\. FAILED$/gm)) counts.failures.push(`cargo › ${test}`)
  for (const [, test, why] of output.matchAll(/^test (.+?) \.\.\. ignored(?:, (.+))?$/gm)) {
    counts.skipped.push({ test: `cargo › ${test}`, why: why ?? NO_REASON })
  }
  if (counts.passed + counts.failed === 0) throw new CommandFailed('cargo test', 'ran no test', output.slice(-4000))
  return counts
}

async function benchTests() {
  const files = readdirSync(join(root, 'bench/test')).map((name) => join(root, 'bench/test', name))
  const output = await outputOf(process.execPath, ['--test', '--test-reporter=tap', ...files], cleanEnv())
  const [passed, failed] = ['pass', 'fail'].map((word) =>
    Number(output.match(new RegExp(`^# ${word} (\\d+)$`, 'm'))?.[1]),
  )
  if (!(passed + failed > 0)) throw new CommandFailed('node --test bench/test/', 'ran no test', output.slice(-4000))
  const failures = [...output.matchAll(/^not ok \d+ - (.+)$/gm)].map(([, test]) => `bench › ${test}`)
  return { passed, failed, failures, skipped: [] }
}

/** What the engine executes for one request, in a process of its own because it blocks. */
async function budget() {
  const output = await outputOf(process.execPath, [join(root, 'bench/budget.mjs')], cleanEnv())
  const counts = noCounts()
  const why = output.match(/^skipped: (.+)$/m)?.[1]
  if (why) counts.skipped.push({ test: 'instruction budget', why })
  else if (/^budget: kept$/m.test(output)) counts.passed = 1
  else {
    counts.failed = 1
    counts.failures.push('instruction budget')
  }
  return counts
}

/** The tests of the PostgreSQL client and of queries on another version of the server. */
async function postgres(major) {
  const env = { BOLT_POSTGRES: await installPostgres(major) }
  return vitest('native-core', { report: `postgresql-${major}`, files: ['test/postgres', 'test/queries'], env })
}

async function vitest(folder, { report = folder, files = [], env: more = {} } = {}) {
  const file = join(reports, `${report}.json`)
  const [command, ...first] = npmCommand()
  const args = [
    'exec',
    '--',
    'vitest',
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'scripts/vitest-reporter.mjs')}`,
    ...files,
  ]
  const env = { ...cleanEnv(), BOLT_TEST_REPORT: file, ...(all ? { BOLT_TEST_ALL: '1' } : {}), ...more }
  const output = await outputOf(command, [...first, ...args], env, join(root, folder))
  if (!existsSync(file)) throw new CommandFailed(`vitest in ${folder}`, 'wrote no report', output.slice(-4000))
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** What a command printed, shown meanwhile, however it ended: its report says what failed. */
async function outputOf(command, args, env, cwd = root) {
  return run(command, args, { cwd, env, seconds: 3600, output: 'show' }).catch((error) => {
    if (error instanceof CommandFailed) return error.output
    throw error
  })
}
