import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type App, createApp } from '@bolt-app/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { authority } from '../../scripts/certificates.mjs'
import { raw } from './contract/case.ts'
import { Client, signal } from './websocket/client.ts'

const all = process.env.BOLT_TEST_ALL === '1'
const ca = authority()
const local = ca.issue({ name: 'localhost', servers: ['localhost'] })
/** What nobody's system keeps. */
const size = 60_000_000
const ask = raw('GET /large HTTP/1.1\nHost: localhost')

/** Whoever stops reading is looked at twice, half a minute apart. */
const time = { timeout: 90_000 }

describe.skipIf(!all).each(['loop', 'thread'] as const)(
  `slow readers, read and written in the %s${all ? '' : ' [skipped: npm run test:all]'}`,
  (io) => {
    beforeAll(() => {
      process.env.BOLT_CORE = 'native'
    })

    it('are cut off when they take less than limits.sendRate, others are not, however slow they are', async () => {
      const [app, other] = [1, 2].map(() => createApp({ limits: { sendRate: 2_000, bufferedBytes: size * 2 } })) as [
        App,
        App,
      ]
      const aborted = signal()
      const closed = signal<[number, string]>()
      for (const one of [app, other]) one.get('/large', () => 'x'.repeat(size))
      app.get('/endless', (ctx) => {
        ctx.signal.addEventListener('abort', () => aborted.happens())
        return (async function* () {
          for (;;) yield 'x'.repeat(100_000)
        })()
      })
      app.get('/rare', async function* () {
        for (;;) {
          yield 'tick'
          await new Promise((resolve) => setTimeout(resolve, 40_000))
        }
      })
      app.ws('/socket', {
        open: (socket) => void socket.send(Buffer.alloc(size)),
        close: (_socket, code, reason) => closed.happens([code, reason]),
      })
      const plain = await app.listen({ port: 0, io })
      const secure = await other.listen({ port: 0, io, tls: local })
      const trust = { host: '127.0.0.1', port: secure.port, servername: 'localhost', ca: ca.cert }

      const stalled = [connect(plain.port, '127.0.0.1'), connect(plain.port, '127.0.0.1'), connectTls(trust)]
      for (const [index, socket] of stalled.entries()) {
        socket.pause().on('error', () => undefined)
        socket.write(index === 1 ? raw('GET /endless HTTP/1.1\nHost: localhost') : ask)
      }
      const idle = connect(plain.port, '127.0.0.1').on('error', () => undefined)
      idle.write(raw('GET /rare HTTP/1.1\nHost: localhost'))
      idle.resume()
      // What it takes now and then is far more than the limit asks for, and far less than its system has room for.
      const steady = connect(plain.port, '127.0.0.1').pause()
      steady.on('error', () => undefined).write(ask)
      const steps = setInterval(() => steady.read(400_000), 10_000)
      const streams = await stalledStreams(secure.port)
      const client = await Client.open(plain.port, '/socket')
      client.socket.pause()

      await aborted.happened
      expect(await closed.happened).toEqual([1006, 'too slow to take what it is sent (limits.sendRate)'])
      // The idle one and the steady one are left, and the one whose streams do not move.
      await expect.poll(() => [app.stats().connections, other.stats().connections], time).toEqual([2, 1])
      expect(await streams.codes).toEqual([11, 11])
      expect([idle.destroyed, steady.destroyed, streams.session.destroyed]).toEqual([false, false, false])
      clearInterval(steps)
      for (const socket of [...stalled, idle, steady]) socket.destroy()
      streams.session.destroy()
      client.socket.terminate()
      await Promise.all([app.close({ grace: 100 }), other.close({ grace: 100 })])
    }, 120_000)
  },
)

/** A connection with two streams whose windows stay closed, and the codes that they are reset with. */
async function stalledStreams(port: number): Promise<{ session: ClientHttp2Session; codes: Promise<number[]> }> {
  const settings = { initialWindowSize: 1_000 }
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: ca.cert, servername: 'localhost', settings })
  await new Promise((resolve) => session.once('remoteSettings', resolve))
  const streams = [1, 2].map(
    () =>
      new Promise<number>((resolve) => {
        const stream = session.request({ ':path': '/large' })
        stream.pause().on('error', () => undefined)
        stream.once('close', () => resolve(stream.rstCode))
      }),
  )
  return { session, codes: Promise.all(streams) }
}
