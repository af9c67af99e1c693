import { runInNewContext } from 'node:vm'
import { createApp, HttpError, type Logger, sse } from '@bolt-app/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { open } from './contract/client.ts'
import { describeHosts, recorder } from './hosts.ts'

/** Values that throw again when somebody looks at them. */
const unlookable: Record<string, () => unknown> = {
  'an object without a prototype': () => Object.create(null),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
  'an error with getters that throw': () =>
    Object.defineProperties(new Error('x'), {
      stack: { get: () => fault('stack') },
      message: { get: () => fault('message') },
      name: { get: () => fault('name') },
    }),
  'an HttpError whose headers cannot be read': () =>
    Object.defineProperty(new HttpError(404), 'headers', { get: () => fault('headers') }),
}

function fault(what: string): never {
  throw new Error(`${what} was looked at`)
}

describeHosts('whatever a handler throws', () => {
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  beforeEach(() => void process.on('unhandledRejection', note))
  afterEach(() => {
    process.off('unhandledRejection', note)
    expect(unhandled.splice(0)).toEqual([])
  })

  for (const [title, make] of Object.entries(unlookable)) {
    it(`is answered with 500: ${title}`, async () => {
      const app = createApp()
      app.get('/throws', () => {
        throw make()
      })
      app.get('/rejects', async () => {
        throw make()
      })
      app.get('/streams', async function* () {
        const first = await Promise.reject<string>(make())
        yield first
      })
      app.get('/json', () => ({
        toJSON() {
          throw make()
        },
      }))
      app.mount('/mount', () => Promise.reject(make()))
      for (const url of ['/throws', '/rejects', '/streams', '/json', '/mount']) {
        const answer = await app.inject({ url })
        expect(answer.status, url).toBe(500)
        expect(answer.json(), url).toMatchObject({ code: 'internal', requestId: answer.headers.get('x-request-id') })
      }
      await app.close()
    })

    it(`cuts a response that has begun: ${title}`, async () => {
      const app = createApp()
      app.get('/text', async function* () {
        yield 'one'
        throw make()
      })
      app.get('/events', () =>
        sse(
          (async function* () {
            yield { data: 'one' }
            throw make()
          })(),
        ),
      )
      const server = await app.listen({ port: 0 })
      for (const path of ['/text', '/events']) {
        const socket = await open(server.port)
        let text = ''
        const ended = new Promise((resolve) => socket.on('close', resolve).on('error', resolve))
        socket.on('data', (chunk) => {
          text += chunk
        })
        socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
        await ended
        expect(text).toContain('one')
        expect(text).not.toMatch(/0\r\n\r\n$/)
      }
      await server.close()
    })
  }

  it('is answered with 500 when its header would split the response', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    app.get('/', () => {
      throw new HttpError(404, 'no', { headers: { 'x-name': 'a\r\nset-cookie: b=c' } })
    })
    const answer = await app.inject({ url: '/' })
    expect(answer.status).toBe(500)
    expect(answer.headers.get('set-cookie')).toBe(null)
    expect(String(entries[0]?.fields.err)).toContain("header 'x-name' has a control character")
    await app.close()
  })

  it('is answered with 500 when the answer has no status that can be sent', async () => {
    const { logger } = recorder()
    const app = createApp({ logger })
    app.get('/error', () => Response.error())
    app.mount('/mount', () => Response.error())
    for (const url of ['/error', '/mount']) expect((await app.inject({ url })).status, url).toBe(500)
    await app.close()
  })

  it('is answered with 500 when it announces trailers, which no response has', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    app.get('/', (ctx) => {
      ctx.setHeader('Trailer', 'x-checksum')
      return {}
    })
    expect((await app.inject({ url: '/' })).status).toBe(500)
    expect(String(entries[0]?.fields.err)).toContain("'trailer' is set by the server itself")
    await app.close()
  })

  it('is answered although the logger throws', async () => {
    const fails = (): never => fault('the logger')
    const loggers: Logger[] = [
      { info: fails, warn: fails, error: fails },
      { info: fails, warn: fails, error: fails, child: fails },
    ]
    for (const logger of loggers) {
      const app = createApp({ logger })
      app.get('/', () => fault('the handler'))
      expect((await app.inject({ url: '/' })).status).toBe(500)
      await app.close()
    }
  })
})

describeHosts('bytes of another realm, as test runners have them', () => {
  it('are bytes, as a whole and in a stream', async () => {
    const bytes = runInNewContext('() => new Uint8Array([65, 66])') as () => Uint8Array
    const app = createApp()
    app.get('/whole', () => bytes())
    app.get('/stream', async function* () {
      yield bytes()
    })
    for (const url of ['/whole', '/stream']) {
      const answer = await app.inject({ url })
      expect([answer.status, answer.headers.get('content-type'), answer.text()], url).toEqual([
        200,
        'application/octet-stream',
        'AB',
      ])
    }
    await app.close()
  })
})
