import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { describeVariants, envOf } from './hosts.ts'

const program = fileURLToPath(new URL('fixtures/random-streams.mjs', import.meta.url))
const below = (most: number): number => Math.floor(Math.random() * most)
const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value

describeVariants('a server of random streams', (variant) => {
  it('ends by itself after it was closed, whatever clients did to it, and every source was stopped', async () => {
    const child = fork(program, { env: envOf(variant) })
    const exit = once(child, 'exit')
    try {
      const [{ port }] = (await Promise.race([once(child, 'message'), exit])) as [{ port: number }]
      const until = Date.now() + 1_500
      const clients = Array.from({ length: 16 }, async () => {
        while (Date.now() < until) await client(port)
      })
      await Promise.all(clients)
      const told = once(child, 'message')
      child.send('close')
      expect((await told)[0]).toEqual({ inFlight: 0, connections: 0, open: 0 })
      expect(await Promise.race([exit, sleep(10_000, 'still running')])).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
    }
  }, 60_000)
})

/** A connection with some requests, which are sent in pieces, read slowly, left in the middle, or not. */
async function client(port: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  socket.on('data', () => {
    if (below(30) !== 0) return
    socket.pause()
    setTimeout(() => socket.resume(), below(50))
  })
  for (let requests = 1 + below(5); requests > 0; requests--) {
    const text = request()
    for (let at = 0; at < text.length && socket.writable; ) {
      const size = 1 + below(pick([300, 60_000]))
      socket.write(text.slice(at, at + size))
      at += size
      if (below(120) === 0) socket.destroy()
    }
    if (below(3) === 0) await sleep(below(30))
  }
  const way = below(4)
  if (way === 0) socket.end()
  // Node never closes a socket that is reset while it ends.
  else if (way === 1 && socket.writable) socket.resetAndDestroy()
  if (way !== 2) await Promise.race([closed, sleep(below(400))])
  socket.destroy()
}

function request(): string {
  const ends = below(10) === 0 ? 'Connection: close\r\n' : ''
  const head = (line: string): string => `${line}\r\nHost: a\r\n${ends}`
  if (below(5) < 3) return `${head(`GET ${pick(['/now', '/later'])} HTTP/1.${pick([0, 1, 1, 1])}`)}\r\n`
  const body = 'b'.repeat(below(pick([9_000, 9_000, 320_000])))
  const line = head(`POST ${pick(['/echo', '/some', '/mounted/x'])} HTTP/1.1`)
  if (below(2) === 0) return `${line}Content-Length: ${body.length}\r\n\r\n${body}`
  const chunk = body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`
  return `${line}Transfer-Encoding: chunked\r\n\r\n${chunk}${pick(['0\r\n\r\n', '0\r\n\r\n', 'zz\r\n'])}`
}
