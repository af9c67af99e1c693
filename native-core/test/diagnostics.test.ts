import { AsyncLocalStorage } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'
import { createApp, HttpError, type RequestMessage } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { describeHosts, describeVariants, recorder } from './hosts.ts'
import { parseMetrics, sampleOf } from './prometheus-format.ts'
import { Client } from './websocket/client.ts'

const names = ['start', 'finish', 'error'] as const

/** Notes what is published while `run` runs. */
async function published(run: () => Promise<void>): Promise<Array<[string, RequestMessage]>> {
  const seen: Array<[string, RequestMessage]> = []
  const listeners = names.map((name) => {
    const listener = (message: unknown): void => void seen.push([name, { ...(message as RequestMessage) }])
    channel(`bolt:request:${name}`).subscribe(listener)
    return () => channel(`bolt:request:${name}`).unsubscribe(listener)
  })
  await run()
  for (const stop of listeners) stop()
  return seen
}

describeHosts('diagnostics channels', () => {
  it('tell when a handler is entered and what is answered', async () => {
    const app = createApp()
    app.get('/now/:id', () => ({}))
    app.get('/later', async () => Promise.resolve('x'))
    app.mount('/mounted', () => new Response('x', { status: 202 }))
    const seen = await published(async () => {
      for (const url of ['/now/1', '/later', '/mounted/x', '/none']) await app.inject({ url })
    })
    expect(seen.map(([name, { route, status }]) => [name, route, status])).toEqual([
      ['start', 'GET /now/:id', undefined],
      ['finish', 'GET /now/:id', 200],
      ['start', 'GET /later', undefined],
      ['finish', 'GET /later', 200],
      ['start', 'mount /mounted', undefined],
      ['finish', 'mount /mounted', 202],
    ])
  })

  it('tell what a handler threw, then what was answered', async () => {
    const app = createApp({ logger: { info() {}, warn() {}, error() {} } })
    app.get('/throws', () => {
      throw new HttpError(409, 'taken')
    })
    const seen = await published(async () => void (await app.inject({ url: '/throws' })))
    expect(seen.map(([name, { status }]) => [name, status])).toEqual([
      ['start', undefined],
      ['error', undefined],
      ['finish', 409],
    ])
    expect(seen[1]?.[1].error).toMatchObject({ message: 'taken' })
  })

  it('give one message to all events of a request, and bind stores for its handler', async () => {
    const app = createApp()
    const storage = new AsyncLocalStorage<string>()
    const start = channel('bolt:request:start')
    start.bindStore(storage, (message) => (message as RequestMessage).ctx.request.url)
    const noop = (): void => undefined
    start.subscribe(noop)
    app.get('/:id', async () => {
      const before = storage.getStore()
      await new Promise((resolve) => setImmediate(resolve))
      return { before, after: storage.getStore() }
    })
    const answers = await Promise.all(['/a', '/b', '/c'].map((url) => app.inject({ url })))
    expect(answers.map((answer) => answer.json())).toEqual(
      ['/a', '/b', '/c'].map((url) => ({ before: url, after: url })),
    )
    start.unsubscribe(noop)
    start.unbindStore(storage)
    expect(storage.getStore()).toBeUndefined()
  })
})

const [traceId, parentId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']

describeHosts('the trace context', () => {
  it.each([
    [`00-${traceId}-${parentId}-01`, { traceId, parentId, sampled: true, state: 'a=1,b=2' }],
    [`00-${traceId}-${parentId}-00`, { traceId, parentId, sampled: false, state: 'a=1,b=2' }],
    [`cc-${traceId}-${parentId}-03-what the future brings`, { traceId, parentId, sampled: true, state: 'a=1,b=2' }],
    [`00-${traceId}-${parentId}-01-more`, null],
    [`ff-${traceId}-${parentId}-01`, null],
    [`00-${'0'.repeat(32)}-${parentId}-01`, null],
    [`00-${traceId}-${'0'.repeat(16)}-01`, null],
    [`00-${traceId.toUpperCase()}-${parentId}-01`, null],
    ['nonsense', null],
  ])('of traceparent %s is read, or refused as a whole', async (traceparent, trace) => {
    const app = createApp()
    app.get('/', (ctx) => ({ trace: ctx.request.trace ?? null }))
    const answer = await app.inject({ url: '/', headers: { traceparent, tracestate: 'a=1,b=2' } })
    expect(answer.json()).toEqual({ trace })
  })
})

describeVariants('a WebSocket that is opened', ({ io }) => {
  it('is an answer with 101 in the channels, the request log and the metrics', async () => {
    const { entries, logger } = recorder()
    const app = createApp({ logger, requestLog: true, metrics: true })
    app.ws('/rooms/:id', {
      upgrade: (ctx) => {
        if (ctx.params.id === 'none') throw new HttpError(404, 'no such room')
      },
    })
    const { port } = await app.listen({ port: 0, ...io })
    const seen = await published(async () => {
      const client = await Client.open(port, '/rooms/1', { headers: { 'x-request-id': 'mine' } })
      await client.close()
      await expect(Client.open(port, '/rooms/none')).rejects.toThrow('404')
    })
    const samples = parseMetrics(await app.metrics())
    await app.close()
    expect(seen.map(([name, { route, status }]) => [name, route, status])).toEqual([
      ['start', 'GET /rooms/:id', undefined],
      ['finish', 'GET /rooms/:id', 101],
      ['start', 'GET /rooms/:id', undefined],
      ['error', 'GET /rooms/:id', undefined],
      ['finish', 'GET /rooms/:id', 404],
    ])
    const lines = entries.filter(({ message }) => message === 'request').map(({ fields }) => fields)
    expect(lines).toMatchObject([
      { method: 'GET', route: '/rooms/:id', status: 101, requestId: 'mine', address: '127.0.0.1' },
      { route: '/rooms/:id', status: 404 },
    ])
    const route = { method: 'GET', route: '/rooms/:id' }
    expect(sampleOf(samples, 'bolt_http_requests_total', { ...route, status: '1xx' })).toBe(1)
    expect(sampleOf(samples, 'bolt_http_request_duration_seconds_count', route)).toBe(2)
  })
})
