/**
 * Compares how the engine reads generated and mutated connections with how node:http and nginx do: whatever both accept must be the same
 * requests. The generator is the one of the comparison with hyper (`bolt_proof`).
 *
 *   node test/conformance/differential.mjs --seed 7 --rounds 100000
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { accepted } from './accepted.mjs'
import { readers } from './readers.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** Connections that are asked about at one time. */
const atOnce = 32

/**
 * Puts so many rounds to readers that were started; how many requests both accepted, which differences were found, and how often each
 * accepted one was seen, by reader.
 */
export async function compareAll({ seed, rounds, started }) {
  const results = Object.fromEntries(Object.keys(started).map((id) => [id, { compared: 0, differences: [], seen: {} }]))
  const under = new Set()
  for await (const round of readings(seed, rounds)) {
    const work = Promise.all(Object.entries(started).map(([id, reader]) => compare(id, reader, round, results[id])))
    under.add(work)
    work.finally(() => under.delete(work))
    if (under.size >= atOnce) await Promise.race(under)
  }
  await Promise.all(under)
  return results
}

/** What the generator makes and the engine reads. */
async function* readings(seed, rounds) {
  const args = ['run', '--quiet', '-p', 'bolt_proof', '--bin', 'readings', '--', seed, rounds].map(String)
  const child = spawn('cargo', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject))
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line)
  if ((await exit) !== 0) throw new Error('cargo run -p bolt_proof --bin readings failed')
}

/** Request by request, until one of the two refuses or ends. What either answers without a handler counts as one request. */
async function compare(id, reader, { round, input, read }, result) {
  const theirs = await reader.ask(Buffer.from(input, 'latin1'))
  for (let at = 0; at < Math.min(read.length, theirs.length); at += 1) {
    if (read[at].status !== undefined || theirs[at] === undefined) continue
    result.compared += 1
    for (const difference of differences(read[at], theirs[at])) {
      const known = accepted.find((one) => one.readers.includes(id) && one.is(difference))
      if (known !== undefined) result.seen[known.title] = (result.seen[known.title] ?? 0) + 1
      else result.differences.push({ round, request: at, ...difference, input })
    }
  }
}

/** Parts of a request that two readers give differently. */
function differences(ours, theirs) {
  const parts = ['method', 'target', 'host', 'body'].map((part) => ({ part, ours: ours[part], theirs: theirs[part] }))
  const names = new Set([...Object.keys(ours.fields), ...Object.keys(theirs.fields)])
  const fields = [...names].map((name) => ({ part: name, ours: ours.fields[name], theirs: theirs.fields[name] }))
  return [...parts, ...fields].filter(({ ours, theirs }) => JSON.stringify(ours) !== JSON.stringify(theirs))
}

async function main() {
  const options = { seed: { type: 'string', default: '1' }, rounds: { type: 'string', default: '2000' } }
  const { seed, rounds } = parseArgs({ options }).values
  const started = {}
  for (const [id, { name, start }] of Object.entries(readers)) {
    const reader = await start()
    if (reader === undefined) console.log(`${name}: not installed`)
    else started[id] = reader
  }
  const results = await compareAll({ seed: Number(seed), rounds: Number(rounds), started })
  for (const [id, { compared, differences, seen }] of Object.entries(results)) {
    console.log(`${readers[id].name} ${started[id].version}: ${compared} requests of ${rounds} connections compared`)
    for (const [title, count] of Object.entries(seen)) console.log(`  accepted, ${count} times: ${title}`)
    for (const one of differences.slice(0, 10)) console.log(`  DIFFERENT: ${JSON.stringify(one)}`)
    if (differences.length > 0) console.log(`  ${differences.length} differences (seed ${seed})`)
  }
  await Promise.all(Object.values(started).map((reader) => reader.stop()))
  process.exit(Object.values(results).some(({ differences }) => differences.length > 0) ? 1 : 0)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main()
