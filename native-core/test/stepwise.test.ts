import type { Socket } from 'node:net'
import { createApp } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { raw } from './contract/case.ts'
import { open, ResponseReader } from './contract/client.ts'
import { describeHosts, recorder } from './hosts.ts'

/** Reads until a condition on what came so far holds. */
async function until(socket: Socket, reader: ResponseReader, done: (text: string) => boolean): Promise<void> {
  let text = ''
  await new Promise<void>((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1')
      reader.push(chunk)
      if (!done(text)) return
      socket.off('data', onData)
      resolve()
    }
    socket.on('data', onData)
    socket.once('close', () => reject(new Error(`closed after ${JSON.stringify(text)}`)))
  })
}

describeHosts('step by step', () => {
  it('asks for a body that waits for 100-continue', async () => {
    const app = createApp()
    app.post('/', { body: z.object({ a: z.int() }) }, (ctx) => ctx.body)
    const { port } = await app.listen({ port: 0 })
    const socket = await open(port)
    const reader = new ResponseReader(['POST'])
    socket.write(
      raw('POST / HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 7\nExpect: 100-continue'),
    )
    await until(socket, reader, (text) => text.includes('100 Continue\r\n\r\n'))
    expect(reader.responses).toHaveLength(0)
    socket.write('{"a":1}')
    await until(socket, reader, () => reader.responses.length === 1)
    expect(reader.responses[0]).toMatchObject({ status: 200, interim: [100] })
    socket.destroy()
    await app.close()
  })

  it.each([
    [
      'too large a body',
      'POST / HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 99\nExpect: 100-continue',
      413,
    ],
    ['no route', 'POST /nowhere HTTP/1.1\nHost: localhost\nContent-Length: 7\nExpect: 100-continue', 404],
    [
      'another media type',
      'POST / HTTP/1.1\nHost: localhost\nContent-Type: text/plain\nContent-Length: 7\nExpect: 100-continue',
      415,
    ],
  ])('does not ask for the body of a request that it refuses: %s', async (_title, head, status) => {
    const app = createApp({ limits: { bodyBytes: 50 } })
    app.post('/', { body: z.object({ a: z.int() }) }, (ctx) => ctx.body)
    const { port } = await app.listen({ port: 0 })
    const socket = await open(port)
    const reader = new ResponseReader(['POST'])
    socket.write(raw(head))
    await until(socket, reader, () => reader.responses.length === 1)
    expect(reader.responses[0]).toMatchObject({ status, interim: [] })
    socket.destroy()
    await app.close()
  })

  it('reads a request that comes byte by byte', async () => {
    const app = createApp()
    app.post('/:id', { body: z.object({ a: z.int() }) }, (ctx) => ({ ...ctx.body, id: ctx.params.id }))
    const { port } = await app.listen({ port: 0 })
    const socket = await open(port)
    socket.setNoDelay(true)
    const reader = new ResponseReader(['POST'])
    const answered = until(socket, reader, () => reader.responses.length === 1)
    for (const byte of raw(
      'POST /x%20y HTTP/1.1\nHost: localhost\nContent-Type: application/json\nTransfer-Encoding: chunked',
      '3\r\n{"a\r\n4\r\n":7}\r\n0\r\n\r\n',
    )) {
      await new Promise<void>((resolve) => socket.write(Buffer.of(byte), () => resolve()))
    }
    await answered
    expect(JSON.parse(String(reader.responses[0]?.body))).toEqual({ a: 7, id: 'x y' })
    socket.destroy()
    await app.close()
  })

  it.each(['handler', 'mount'])('aborts the signal of a %s when the client goes away', async (kind) => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    let enter: (signal: AbortSignal) => void
    const entered = new Promise<AbortSignal>((resolve) => {
      enter = resolve
    })
    const wait = async (signal: AbortSignal): Promise<void> => {
      enter(signal)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }
    app.get('/handler', async (ctx) => {
      await wait(ctx.signal)
      return { tooLate: true }
    })
    app.mount('/mount', async (request) => {
      await wait(request.signal)
      return new Response('too late')
    })
    const { port, url } = await app.listen({ port: 0 })
    const socket = await open(port)
    socket.write(raw(`GET /${kind} HTTP/1.1\nHost: localhost`))
    const signal = await entered
    expect(signal.aborted).toBe(false)
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve))
    socket.destroy()
    await aborted
    expect((await fetch(`${url}/nowhere`)).status).toBe(404)
    expect(app.stats().inFlight).toBe(0)
    expect(entries).toEqual([])
    await app.close()
  })

  it('lets the context of a request that is over fail safely', async () => {
    const app = createApp()
    let kept: { header: () => string | undefined; method: () => string; signal: () => AbortSignal } | undefined
    app.get('/keep', (ctx) => {
      kept = { header: () => ctx.headers.get('x-mine'), method: () => ctx.request.method, signal: () => ctx.signal }
      return { ok: true }
    })
    app.get('/other', () => ({ ok: true }))
    await app.inject({ url: '/keep', headers: { 'x-mine': 'first' } })
    await app.inject({ url: '/other', headers: { 'x-mine': 'second' } })
    expect(kept?.header()).toBeUndefined()
    expect(kept?.method()).toBe('')
    expect(kept?.signal().aborted).toBe(true)
    await app.close()
  })

  it('reads the body again after an await', async () => {
    const app = createApp()
    app.post('/', async (ctx) => {
      await new Promise((resolve) => setImmediate(resolve))
      return {
        text: ctx.request.text(),
        again: ctx.request.bytes().byteLength,
        type: ctx.request.headers().get('content-type'),
      }
    })
    const answer = await app.inject({ method: 'POST', url: '/', body: 'grüße', headers: { 'content-type': 'text/x' } })
    expect(answer.json()).toEqual({ text: 'grüße', again: 7, type: 'text/x' })
    await app.close()
  })
})

describeHosts('answers that go wrong', () => {
  it('logs a throw with the request id, the route and the error, once', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    app.get('/x/:id', () => {
      throw new Error('the reason')
    })
    const answer = await app.inject({ url: '/x/1?secret=1' })
    expect(entries).toMatchObject([
      {
        level: 'error',
        message: 'request failed',
        fields: { method: 'GET', path: '/x/1', route: 'GET /x/:id', requestId: answer.headers.get('x-request-id') },
      },
    ])
    expect(entries[0]?.fields.err).toMatchObject({ message: 'the reason' })
    await app.close()
  })

  it('says in the log how a value breaks the response schema, and not to the client', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger, validateResponses: true })
    app.get('/', { response: z.object({ items: z.array(z.object({ id: z.int() })) }) }, () => ({
      items: [{ id: 'x' as unknown as number }],
    }))
    const answer = await app.inject({ url: '/' })
    expect(answer.status).toBe(500)
    expect(answer.text()).not.toContain('items')
    expect(String(entries[0]?.fields.err)).toMatch(
      /GET \/ returned a value that its response schema refuses: items\.0\.id: /,
    )
    await app.close()
  })

  it('checks each status by its own schema, and nothing when told not to', async () => {
    const { logger } = recorder()
    for (const validateResponses of [true, false]) {
      const app = createApp({ logger, validateResponses })
      const bad = { a: 'x' } as unknown as { a: number }
      app.get('/', { response: { 200: z.object({ a: z.int() }), 202: z.object({ b: z.int() }) } }, () => bad)
      expect((await app.inject({ url: '/' })).status).toBe(validateResponses ? 500 : 200)
      await app.close()
    }
  })

  it('lets onError answer, and answers itself when onError throws', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    app.get('/', () => {
      throw new Error('first')
    })
    app.onError(async (_error, ctx) => {
      if (ctx.query.answer === '1') return { instead: true }
      if (ctx.query.answer === '2') throw new Error('second')
      return undefined
    })
    expect((await app.inject({ url: '/?answer=1' })).json()).toEqual({ instead: true })
    expect((await app.inject({ url: '/?answer=2' })).status).toBe(500)
    expect((await app.inject({ url: '/' })).status).toBe(500)
    expect(entries.map(({ message }) => message)).toEqual(['onError itself failed', 'request failed', 'request failed'])
    await app.close()
  })

  it('refuses next() called twice', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    app.use(async (_ctx, next) => {
      await next()
      return next()
    })
    app.get('/', () => ({ ok: true }))
    expect((await app.inject({ url: '/' })).status).toBe(500)
    expect(String(entries[0]?.fields.err)).toContain('next() twice')
    await app.close()
  })

  it('runs middleware of app and groups from the outside in, wherever it was declared', async () => {
    const app = createApp()
    const order: string[] = []
    const step = (name: string) => async (_ctx: unknown, next: () => Promise<unknown>) => {
      order.push(name)
      return next()
    }
    app.group('/g', (r) => {
      r.get('/', () => ({ ok: true }))
      r.use(step('group'))
    })
    app.use(step('first'))
    app.use(step('second'))
    await app.inject({ url: '/g' })
    expect(order).toEqual(['first', 'second', 'group'])
    await app.close()
  })
})
