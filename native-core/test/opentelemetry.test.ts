import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import { createApp, type StatementMessage } from '@bolt-app/core'
import { param, query } from '@bolt-app/core/drizzle'
import { native } from '@bolt-app/core/sqlite'
import { type Context, context, type Span, type SpanContext, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { all, raw } from './contract/case.ts'
import { exchange } from './contract/client.ts'
import { describeHosts } from './hosts.ts'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const tracer = trace.getTracer('test')

beforeAll(() => provider.register())
afterEach(() => exporter.reset())
afterAll(() => provider.shutdown())

/** Ends in an order that has nothing to do with the order of beginning. */
const pause = (id: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, (id * 7) % 5))

/** Twenty requests that the server reads in one piece, and so handles in one batch. */
const ids = Array.from({ length: 20 }, (_, index) => index)
const ask = (path: string): Promise<unknown[]> =>
  Promise.all([exchangeAll(path, ids.slice(0, 10)), exchangeAll(path, ids.slice(10))]).then((lists) => lists.flat())
let port = 0

async function exchangeAll(path: string, some: readonly number[]): Promise<unknown[]> {
  const requests = some.map((id) => raw(`GET ${path}/${id} HTTP/1.1\nHost: localhost\ntraceparent: ${parentOf(id)}`))
  const { responses } = await exchange(port, all(...requests), { methods: some.map(() => 'GET'), awaitClose: false })
  return responses.map(({ body }) => JSON.parse(String(body)) as unknown)
}

const traceOf = (id: number): string => `${id}`.padStart(32, 'a')
const parentOf = (id: number): string => `00-${traceOf(id)}-${'b'.repeat(16)}-01`

describeHosts('the OpenTelemetry SDK', () => {
  it('sees the spans of concurrent requests of one batch each in its own trace', async () => {
    const app = createApp()
    app.use((ctx, next) => {
      const { traceId = '', parentId = '' } = ctx.request.trace ?? {}
      const remote: SpanContext = { traceId, spanId: parentId, traceFlags: 1, isRemote: true }
      return tracer.startActiveSpan(
        'request',
        {},
        trace.setSpanContext(context.active(), remote),
        async (span: Span) => {
          try {
            return await next()
          } finally {
            span.end()
          }
        },
      )
    })
    app.get('/work/:id', async (ctx) => {
      const id = Number(ctx.params.id)
      await pause(id)
      await tracer.startActiveSpan(`query ${id}`, async (span) => {
        await pause(id + 1)
        span.end()
      })
      return { id, trace: trace.getActiveSpan()?.spanContext().traceId }
    })
    ;({ port } = await app.listen({ port: 0 }))
    expect(await ask('/work')).toEqual(ids.map((id) => ({ id, trace: traceOf(id) })))
    await app.close()
    const spans = exporter.getFinishedSpans()
    for (const id of ids) {
      const own = spans.filter((span) => span.spanContext().traceId === traceOf(id))
      const request = own.find(({ name }) => name === 'request')
      const query = own.find(({ name }) => name === `query ${id}`)
      expect(own).toHaveLength(2)
      expect(request?.parentSpanContext?.spanId).toBe('b'.repeat(16))
      expect(query?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
    }
  })

  it('finds no span that another request of the batch left behind with enterWith', async () => {
    const app = createApp()
    const storage = new AsyncLocalStorage<Span>()
    app.get('/enter/:id', async (ctx) => {
      const found = storage.getStore()
      const span = tracer.startSpan(`entered ${ctx.params.id}`)
      storage.enterWith(span)
      await pause(Number(ctx.params.id))
      span.end()
      return {
        found: found !== undefined,
        isOwn: storage.getStore() === span,
        active: trace.getActiveSpan() !== undefined,
      }
    })
    ;({ port } = await app.listen({ port: 0 }))
    expect(await ask('/enter')).toEqual(ids.map(() => ({ found: false, isOwn: true, active: false })))
    expect(storage.getStore()).toBeUndefined()
    await app.close()
    expect(exporter.getFinishedSpans()).toHaveLength(ids.length)
  })

  it('leaves requests outside of the span that was active when the server was started', async () => {
    const app = createApp()
    app.get('/plain/:id', () => ({ active: trace.getActiveSpan() !== undefined }))
    await tracer.startActiveSpan('start', async (span) => {
      ;({ port } = await app.listen({ port: 0 }))
      span.end()
    })
    expect(await ask('/plain')).toEqual(ids.map(() => ({ active: false })))
    await app.close()
  })
})

/** The context of a request, whose span is the client's. */
function remoteContext({ traceId = '', parentId = '' }: { traceId?: string; parentId?: string } = {}): Context {
  return trace.setSpanContext(context.active(), { traceId, spanId: parentId, traceFlags: 1, isRemote: true })
}

/** Makes spans of statements; returns how to stop. */
function instrument(): () => void {
  const open = new Map<unknown, Span>()
  const begin = ({ text, startTime }: StatementMessage, parent: Context): Span =>
    tracer.startSpan(text, { startTime }, parent)
  const onStart = (message: unknown): void => {
    open.set(message, begin(message as StatementMessage, context.active()))
  }
  const onFinish = (published: unknown): void => {
    const message = published as StatementMessage
    const span = open.get(message) ?? begin(message, remoteContext(message.request?.trace))
    span.end(message.startTime + (message.duration ?? 0))
  }
  diagnostics.subscribe('bolt:statement:start', onStart)
  diagnostics.subscribe('bolt:statement:finish', onFinish)
  return () => {
    diagnostics.unsubscribe('bolt:statement:start', onStart)
    diagnostics.unsubscribe('bolt:statement:finish', onFinish)
  }
}

it.each(['handler', 'native'])(
  'the OpenTelemetry SDK sees statements in the traces of their requests, sent by: %s',
  async (sender) => {
    process.env.BOLT_CORE = 'native'
    const stop = instrument()
    const client = native(':memory:')
    const app = createApp()
    const one = sql`(select 1) one`
    app.get(
      '/native/:id',
      query(
        drizzle({ client })
          .select({ id: sql`${param.path('id')} || ''` })
          .from(one),
      ),
    )
    app.get('/handler/:id', (ctx) =>
      context.with(remoteContext(ctx.request.trace), async () => {
        await pause(Number(ctx.params.id))
        return (await client.execute({ sql: 'select ?', args: [ctx.params.id] })).rows
      }),
    )
    ;({ port } = await app.listen({ port: 0 }))
    await ask(`/${sender}`)
    await expect.poll(() => exporter.getFinishedSpans().length).toBe(ids.length)
    const spans = exporter.getFinishedSpans()
    expect(spans.map((span) => span.spanContext().traceId).sort()).toEqual(ids.map(traceOf).sort())
    for (const span of spans) expect(span.parentSpanContext?.spanId).toBe('b'.repeat(16))
    stop()
    await app.close()
    client.close()
  },
)
