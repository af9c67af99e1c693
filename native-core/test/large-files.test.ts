import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, file } from '@bolt-app/core'
import { afterAll, expect, it } from 'vitest'
import { exchange, open } from './contract/client.ts'
import { describeVariants } from './hosts.ts'
import { serve } from './stepwise.ts'

const folder = mkdtempSync(join(tmpdir(), 'bolt-large-'))
afterAll(() => rmSync(folder, { recursive: true }))
/** More than a socket's buffers hold, and nothing that could be mistaken for another part of it. */
const content = randomBytes(12 * 1024 * 1024)
writeFileSync(join(folder, 'large.bin'), content)

describeVariants('a large file', ({ io }) => {
  const app = () => {
    const app = createApp()
    app.static('/files', folder)
    app.get('/sent', () => file(join(folder, 'large.bin')))
    app.get('/text', () => 'text')
    return app
  }
  const ask = (line: string, field = ''): string => `${line} HTTP/1.1\r\nhost: a\r\n${field}\r\n`

  it('is sent whole and in part, in its turn among other answers', async () => {
    await serve(app(), { port: 0, ...io }, async (port) => {
      const requests = [
        ask('GET /text'),
        ask('GET /files/large.bin'),
        ask('GET /files/large.bin', 'range: bytes=5000000-9999999\r\n'),
        ask('HEAD /files/large.bin'),
        ask('GET /sent'),
        ask('GET /text'),
      ]
      const methods = requests.map((request) => request.slice(0, request.indexOf(' ')))
      const { responses } = await exchange(port, Buffer.from(requests.join('')), { methods, awaitClose: false })
      expect(responses.map(({ status }) => status)).toEqual([200, 200, 206, 200, 200, 200])
      const wanted = [Buffer.from('text'), content, content.subarray(5_000_000, 10_000_000), Buffer.alloc(0), content]
      for (const [at, bytes] of [...wanted, Buffer.from('text')].entries())
        expect(bytes.equals(responses[at]?.body as Buffer), `answer ${at}`).toBe(true)
    })
  })

  it('arrives at a client that reads in between only', async () => {
    await serve(app(), { port: 0, ...io }, async (port) => {
      const socket = await open(port)
      socket.write(ask('GET /files/large.bin', 'connection: close\r\n'))
      const chunks: Buffer[] = []
      for await (const chunk of socket) {
        chunks.push(chunk as Buffer)
        if (chunks.length % 16 === 0) await new Promise((resume) => setImmediate(resume))
      }
      const all = Buffer.concat(chunks)
      expect(all.subarray(all.indexOf('\r\n\r\n') + 4).equals(content)).toBe(true)
    })
  })

  it('that becomes shorter ends the connection instead of the answer', async () => {
    const path = join(folder, 'shrinking.bin')
    writeFileSync(path, '')
    truncateSync(path, 256 * 1024 * 1024)
    await serve(app(), { port: 0, ...io }, async (port) => {
      const socket = await open(port)
      socket.on('error', () => undefined)
      socket.write(ask('GET /files/shrinking.bin'))
      const [head] = (await once(socket, 'data')) as [Buffer]
      expect(head.toString('latin1')).toContain('content-length: 268435456\r\n')
      truncateSync(path, 0)
      let got = 0
      socket.on('data', (chunk: Buffer) => {
        got += chunk.length
      })
      await once(socket, 'close')
      expect(got).toBeLessThan(268_435_456)
    })
  })
})
