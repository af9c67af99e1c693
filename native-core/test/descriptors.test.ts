import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { raw } from './contract/case.ts'
import { open } from './contract/client.ts'
import { envOf, variants } from './hosts.ts'

const request = raw('GET / HTTP/1.1\nHost: a')

/** Sends a request and waits for the first bytes of its answer. */
async function ask(socket: Socket): Promise<string> {
  socket.write(request)
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return String(chunk).slice(0, 12)
}

const native = variants.filter(({ core }) => core === 'native')

describe.skipIf(process.platform === 'win32').each(native)('without file descriptors left, $name', (variant) => {
  it('serves who is connected, and the others when some are free', async () => {
    const program = fileURLToPath(new URL('./fixtures/few-descriptors.mjs', import.meta.url))
    const child = spawn('sh', ['-c', `ulimit -n 64; exec "$0" "$1"`, process.execPath, program], {
      env: envOf(variant),
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const { port } = JSON.parse(String((await lines.next()).value)) as { port: number }
    const first = await open(port)
    expect(await ask(first)).toBe('HTTP/1.1 200')
    const sockets = await Promise.all(Array.from({ length: 100 }, () => open(port)))
    const answers = sockets.map(ask)
    // More than there are descriptors for: some wait in the backlog. Nobody who is served is disturbed by it.
    expect(await ask(first)).toBe('HTTP/1.1 200')
    expect(await Promise.race(answers)).toBe('HTTP/1.1 200')
    // Each that is answered goes, and makes room.
    await Promise.all(
      sockets.map(async (socket, index) => {
        expect(await answers[index]).toBe('HTTP/1.1 200')
        socket.destroy()
      }),
    )
    expect(await ask(first)).toBe('HTTP/1.1 200')
    first.destroy()
    child.stdin.end()
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
