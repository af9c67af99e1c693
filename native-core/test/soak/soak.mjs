/**
 * Endurance: many requests, aborted streams and sockets that are cut, and what the server keeps of them. Memory is measured after a warm-up
 * and with the garbage collected; Linux only (`/proc`).
 *
 *   node test/soak/soak.mjs                        10 million requests, 100,000 streams, 100,000 sockets
 *   node test/soak/soak.mjs 100000 1000 1000       fewer
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { pathToFileURL } from 'node:url'

/** With an id of its own, so that all answers are equally long. */
const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\nX-Request-Id: soak\r\n\r\n`

/** Runs all phases; a row of figures each. */
export async function soak({ requests, streams, sockets }) {
  const server = fork(new URL('server.mjs', import.meta.url), { execArgv: ['--expose-gc'] })
  try {
    const [{ port }] = await once(server, 'message')
    const measure = async () => {
      server.send('measure')
      return (await once(server, 'message'))[0]
    }
    const phases = [
      ['requests, pipelined', requests, (count) => pipelined(port, count)],
      ['streams aborted by the client', streams, (count) => spread(count, (at) => abortedStream(port, at))],
      ['sockets cut in the middle of something', sockets, (count) => spread(count, (at) => cutSocket(port, at))],
    ]
    // The warm-up is of the same kind: buffers, code and slots that stay are there afterwards.
    for (const [, count, run] of phases) await run(Math.min(count, Math.max(2_000, Math.ceil(count / 5))))
    const rows = []
    for (const [name, count, run] of phases) {
      const before = await measure()
      const began = performance.now()
      await run(count)
      rows.push({ name, count, seconds: (performance.now() - began) / 1000, before, after: await measure() })
    }
    return rows
  } finally {
    server.kill()
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
  }
}

/** Requests without waiting for each answer, on eight connections. */
async function pipelined(port, count) {
  const batch = 64
  const some = [...'12345678'].map((id) => get(id > '4' ? `/users/${id}` : '/json'))
  const one = async (request, share) => {
    const socket = connect({ port, host: '127.0.0.1' })
    await once(socket, 'connect')
    const length = await lengthOfAnswer(socket, request)
    let [left, awaited] = [share, 0]
    await new Promise((resolve, reject) => {
      const send = () => {
        const now = Math.min(batch, left)
        if (now === 0) return resolve()
        left -= now
        awaited = now * length
        socket.write(request.repeat(now))
      }
      socket.on('data', (data) => {
        awaited -= data.length
        if (awaited < 0) reject(new Error('more came than was asked for'))
        else if (awaited === 0) send()
      })
      socket.on('error', reject)
      socket.on('end', () => reject(new Error('closed by the server')))
      send()
    })
    socket.resetAndDestroy()
  }
  await Promise.all(some.map((request) => one(request, Math.ceil(count / some.length))))
}

/** All answers of one request are equally long; the first says how long. */
async function lengthOfAnswer(socket, request) {
  socket.write(request)
  const [data] = await once(socket, 'data')
  socket.removeAllListeners('data')
  return data.length
}

/** Does something `count` times, 64 at a time. */
async function spread(count, work) {
  let next = 0
  const lane = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: 64 }, lane))
}

/** Reads the beginning of an endless response, then resets or closes the connection. */
async function abortedStream(port, at) {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  socket.write(get('/stream'))
  await once(socket, 'data')
  await ended(socket, at)
}

/** What a connection is in the middle of when it is cut. */
const states = [
  '',
  'GET /js',
  'GET /json HTTP/1.1\r\nHost: a\r\nX: ',
  'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc',
  'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
  'POST /mounted HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
  get('/slow'),
  get('/slow') + get('/slow'),
  get('/json').repeat(50),
  'GET /json HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nand more',
]

async function cutSocket(port, at) {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  await once(socket, 'connect')
  const state = states[at % states.length]
  if (state !== '') await new Promise((resolve) => socket.write(state, resolve))
  await ended(socket, at)
}

/**
 * Most are reset: a closed one keeps its port for a minute, of which there are not enough for all. Not when the server was first: a socket
 * of Node that is ending cannot be reset any more (EINVAL of libuv), stays open for good, and then keeps the process from ending.
 */
async function ended(socket, at) {
  const closed = once(socket, 'close')
  if (at % 16 === 0 || !socket.writable) socket.destroy()
  else socket.resetAndDestroy()
  await closed
}

/** The figures as a Markdown table. */
export function table(rows) {
  const mib = (bytes) => (bytes / 1024 / 1024).toFixed(1)
  const line = ({ name, count, seconds, before, after }) =>
    `| ${count.toLocaleString('en')} ${name} | ${seconds.toFixed(0)} s | ${mib(before.rss)} → ${mib(after.rss)} MiB | ${mib(before.heapUsed)} → ${mib(after.heapUsed)} MiB | ${before.fds} → ${after.fds} | ${after.connections} | ${after.inFlight} |`
  return [
    '| what | time | RSS | JavaScript heap | descriptors | connections left | requests left |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...rows.map(line),
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [requests = 10_000_000, streams = 100_000, sockets = 100_000] = process.argv.slice(2).map(Number)
  console.log(table(await soak({ requests, streams, sockets })))
}
