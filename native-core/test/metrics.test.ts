import { createApp, jwt } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { renderMetrics } from '../src/metrics/prometheus.ts'
import { all, raw } from './contract/case.ts'
import { exchange } from './contract/client.ts'
import { bearer, good, secret } from './contract/tokens.ts'
import { describeHosts } from './hosts.ts'
import { parseMetrics, sampleOf } from './prometheus-format.ts'

describeHosts('metrics', (host) => {
  it('count answers by route and class of status, made in Rust or not', async () => {
    const app = createApp({ metrics: true, logger: { info() {}, warn() {}, error() {} } })
    app.get('/notes/:id', { params: z.object({ id: z.number() }) }, (ctx) => ({ id: ctx.params.id }))
    app.get('/broken', () => {
      throw new Error('no')
    })
    app.answer('/healthz', 'ok')
    for (const url of ['/notes/1', '/notes/2', '/notes/x', '/broken', '/healthz', '/none', '/elsewhere']) {
      await app.inject({ url })
    }
    await app.inject({ method: 'POST', url: '/healthz' })
    const samples = parseMetrics(await app.metrics())
    const count = (route: string, status: string, method = 'GET'): number =>
      sampleOf(samples, 'bolt_http_requests_total', { method, route, status })
    expect(count('/notes/:id', '2xx')).toBe(2)
    expect(count('/notes/:id', '4xx')).toBe(1)
    expect(count('/broken', '5xx')).toBe(1)
    expect(count('/healthz', '2xx')).toBe(1)
    expect(count('', '4xx', '')).toBe(3)
    const route = { method: 'GET', route: '/notes/:id' }
    expect(sampleOf(samples, 'bolt_http_request_duration_seconds_count', route)).toBe(3)
    expect(sampleOf(samples, 'bolt_javascript_calls_total')).toBe(3)
    expect(sampleOf(samples, 'bolt_javascript_wait_seconds_count')).toBe(3)
    expect(sampleOf(samples, 'bolt_http_requests_in_flight')).toBe(0)
  })

  it('have no more series than routes, whatever clients ask for', async () => {
    const app = createApp({ metrics: true })
    app.get('/a/:id', () => ({}))
    await app.inject({ url: '/a/1' })
    await app.inject({ url: '/none' })
    const before = parseMetrics(await app.metrics()).length
    expect(before).toBeGreaterThan(20)
    for (let index = 0; index < 200; index++) {
      await app.inject({ url: `/a/${index}` })
      await app.inject({ url: `/none/${index}`, method: index % 2 === 0 ? 'GET' : 'BREW' })
    }
    expect(parseMetrics(await app.metrics())).toHaveLength(before)
  })

  it('say how long requests waited for JavaScript', async () => {
    const app = createApp({ metrics: true })
    app.get('/block', () => {
      const end = performance.now() + 60
      while (performance.now() < end);
      return {}
    })
    const { port } = await app.listen({ port: 0 })
    const ask = raw('GET /block HTTP/1.1\nHost: localhost')
    await exchange(port, all(ask, ask, ask), { methods: ['GET', 'GET', 'GET'], awaitClose: false })
    const samples = parseMetrics(await app.metrics())
    expect(sampleOf(samples, 'bolt_javascript_wait_seconds_count')).toBe(3)
    // node:http hands the requests of one connection on one after the other: there the time is spent before they are seen.
    if (host === 'native') expect(sampleOf(samples, 'bolt_javascript_wait_seconds_sum')).toBeGreaterThan(0.1)
    expect(sampleOf(samples, 'bolt_http_request_duration_seconds_sum', { route: '/block' })).toBeGreaterThan(0.1)
    await app.close()
  })

  it('count connections and bytes', async () => {
    const app = createApp({ metrics: true })
    app.answer('/', 'x'.repeat(1_000))
    const { port } = await app.listen({ port: 0 })
    const bytes = raw('GET / HTTP/1.1\nHost: localhost\nConnection: close')
    await exchange(port, bytes, { methods: ['GET'], awaitClose: true })
    await expect.poll(() => app.stats().connections).toBe(0)
    const samples = parseMetrics(await app.metrics())
    expect(sampleOf(samples, 'bolt_http_connections_total')).toBe(1)
    expect(sampleOf(samples, 'bolt_http_received_bytes_total')).toBe(bytes.byteLength)
    expect(sampleOf(samples, 'bolt_http_sent_bytes_total')).toBeGreaterThan(1_000)
    await app.close()
  })

  it('are served where asked, behind a sign-in, with the type that Prometheus expects', async () => {
    const app = createApp()
    app.exposeMetrics('/internal/metrics', { auth: jwt({ algorithms: ['HS256'], secret }) })
    expect((await app.inject({ url: '/internal/metrics' })).status).toBe(401)
    const answer = await app.inject({ url: '/internal/metrics', headers: { authorization: bearer(good) } })
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const samples = parseMetrics(answer.text())
    expect(sampleOf(samples, 'bolt_http_requests_total', { route: '/internal/metrics', status: '4xx' })).toBe(1)
    expect(app.openapi().paths).toEqual({})
  })

  it('are refused when nothing was counted', async () => {
    const app = createApp()
    await expect(app.metrics()).rejects.toThrow(/createApp\(\{ metrics: true \}\)/)
  })
})

it('escapes labels', () => {
  const buckets = Array(15).fill(0) as number[]
  const counts = { route: 0, classes: [0, 0, 1, 0, 0, 0], buckets: [1, ...buckets.slice(1)], sum: 1 }
  const stats = {
    requests: 1,
    nativeAnswers: 0,
    javascriptCalls: 1,
    queries: 0,
    connections: 0,
    connectionsTotal: 0,
    inFlight: 0,
    sockets: 0,
  }
  const report = {
    stats: { ...stats, bytesReceived: 0, bytesSent: 0 },
    metrics: { routes: [counts], waiting: { buckets, sum: 0 } },
    databases: [],
  }
  const samples = parseMetrics(renderMetrics([report, report], [{ method: 'GET', path: '/a"b\\c\nd' }]))
  expect(sampleOf(samples, 'bolt_http_requests_total', { route: '/a"b\\c\nd' })).toBe(2)
})
