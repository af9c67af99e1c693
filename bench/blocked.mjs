/**
 * How long answers take that need no handler, and deadlines, while JavaScript computes for 50 ms at a time.
 * `node bench/blocked.mjs [--seconds 5] [--busy 50] [--io loop,thread]`
 */
import { connect } from 'node:net'
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Client, requestBytes } from './harness/http-client.mjs'
import { startServer } from './harness/server-process.mjs'

const CONNECTIONS = 8
/** Of a handler that never answers, ms; the server's `limits.requestTimeout`. */
const TIMEOUT = 300
/** Before anything counts, ms: both processes compile what they run for the first time. */
const WARMUP = 1000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    busy: { type: 'string', default: '50' },
    io: { type: 'string', default: 'loop,thread' },
  },
})

/** Milliseconds that each of many requests took. */
async function ask(port, path, { from, until }) {
  const client = new Client(port, requestBytes({ path }))
  const took = []
  await client.ask()
  while (performance.now() < until) {
    const begin = performance.now()
    await client.ask()
    if (begin >= from) took.push(performance.now() - begin)
    await sleep(1)
  }
  client.close()
  return took
}

/** Milliseconds by which timeouts of handlers came too late. */
async function waitForTimeouts(port, { from, until }) {
  const late = []
  while (performance.now() < until) {
    const begin = await new Promise((resolve, reject) => {
      let sent
      const socket = connect({ port, host: '127.0.0.1' }, () => {
        sent = performance.now()
        socket.write(requestBytes({ path: '/never' }))
      })
      socket.once('data', () => {
        resolve(sent)
        socket.destroy()
      })
      socket.once('error', reject)
    })
    if (begin >= from) late.push(performance.now() - begin - TIMEOUT)
  }
  return late
}

/** Does something for as long as is wanted, after the warm-up, which it is to leave out. */
function measured(begin) {
  const from = performance.now() + WARMUP
  return Promise.all(begin({ from, until: from + Number(values.seconds) * 1000 }))
}

function show(name, values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(2)
  console.log(
    `  ${name.padEnd(28)} n ${String(sorted.length).padEnd(7)} p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)} ms`,
  )
}

for (const io of values.io.split(',')) {
  const program = fileURLToPath(new URL('servers/blocked.mjs', import.meta.url))
  const command = [process.execPath, program, io, values.busy, String(TIMEOUT)]
  const server = await startServer({ id: io, command }, { core: `0-${cpus().length - 1}` })
  try {
    console.log(`io: '${io}', JavaScript computes for ${values.busy} ms at a time`)
    const paths = ['/fixed', '/nothing', '/typed/x', '/private']
    const asked = await measured((span) =>
      paths.map((path) =>
        Promise.all(Array.from({ length: CONNECTIONS / paths.length }, () => ask(server.ports.main, path, span))),
      ),
    )
    for (const [at, path] of paths.entries()) show(path, asked[at].flat())
    // By themselves: three busy threads on two cores wait for each other, for a slice of the scheduler's at a time.
    const late = await measured((span) => Array.from({ length: 8 }, () => waitForTimeouts(server.ports.main, span)))
    show('504, too late by', late.flat())
  } finally {
    await server.stop()
  }
}
