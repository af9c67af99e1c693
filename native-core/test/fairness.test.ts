import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { raw } from './contract/case.ts'
import { envOf, variants } from './hosts.ts'

/** Milliseconds. In practice it is below 10; what is looked for is a loop that is kept until the flood is over. */
const BOUND = 100

/** Keeps a connection full: so many requests more whenever something comes back. */
function flood(port: number, path: string, depth: number): () => void {
  const request = raw(`GET ${path} HTTP/1.1\nHost: a`)
  const full = Buffer.concat(Array.from({ length: depth }, () => request))
  const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(full))
  let unanswered = depth
  socket.on('data', (chunk) => {
    unanswered -= String(chunk).split('HTTP/1.1 ').length - 1
    if (unanswered > depth / 2) return
    unanswered += depth
    socket.write(full)
  })
  socket.on('error', () => undefined)
  return () => socket.destroy()
}

describe.each(variants.filter(({ core }) => core === 'native'))('a flood of requests on $name', (variant) => {
  it.each(['/sync', '/async', '/fixed'])('to %s leaves timers their turn', async (path) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./fixtures/flooded.mjs', import.meta.url))], {
      env: envOf(variant),
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const { port } = JSON.parse(String((await lines.next()).value)) as { port: number }
    const stops = Array.from({ length: 64 }, () => flood(port, path, 256))
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    child.stdin.end()
    const { worst, requests } = JSON.parse(String((await lines.next()).value)) as { worst: number; requests: number }
    for (const stop of stops) stop()
    if (child.exitCode === null) await once(child, 'exit')
    expect(requests).toBeGreaterThan(1_000)
    expect(worst).toBeLessThan(BOUND)
  })
})
