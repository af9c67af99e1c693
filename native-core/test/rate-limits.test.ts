import { type App, createApp, jwt, rateLimit } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { bearer, good, secret } from './contract/tokens.ts'
import { describeHosts } from './hosts.ts'

const auth = jwt({ algorithms: ['HS256'], secret })

/** Asks several times in turn; gives the statuses. */
async function statuses(app: App, count: number, url: string, request: object = {}): Promise<number[]> {
  const found: number[] = []
  for (let index = 0; index < count; index++) found.push((await app.inject({ url, ...request })).status)
  return found
}

describeHosts('a rate limit', () => {
  it('answers 429 with Retry-After, without entering JavaScript', async () => {
    const app = createApp()
    app.get('/', { rateLimit: rateLimit({ limit: 2, window: 60 }) }, () => ({}))
    expect(await statuses(app, 2, '/')).toEqual([200, 200])
    const entered = app.stats().javascriptCalls
    const answer = await app.inject({ url: '/' })
    expect(answer.status).toBe(429)
    expect(answer.json()).toMatchObject({
      code: 'too-many-requests',
      title: 'Too Many Requests',
      detail: 'More than 2 requests in 60 s from this address (rateLimit).',
    })
    const wait = Number(answer.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(28)
    expect(wait).toBeLessThanOrEqual(30)
    expect(answer.headers.get('ratelimit-policy')).toBe('"address";q=2;w=60')
    expect(answer.headers.get('ratelimit')).toBe(`"address";r=0;t=${wait}`)
    expect(app.stats().javascriptCalls).toBe(entered)
  })

  it('lets a client go on once its time has come', async () => {
    const app = createApp()
    app.get('/', { rateLimit: rateLimit({ limit: 10, window: 1, burst: 1 }) }, () => ({}))
    expect(await statuses(app, 2, '/')).toEqual([200, 429])
    await expect.poll(async () => (await app.inject({ url: '/' })).status).toBe(200)
  })

  it('counts clients of one IPv6 network together and other addresses apart', async () => {
    const app = createApp()
    app.get('/', { rateLimit: rateLimit({ limit: 1, window: 60 }) }, () => ({}))
    const peers = ['2001:db8::1', '2001:db8:0:0:1::1', '2001:db8:0:1::1', '192.0.2.1', '192.0.2.2', '::ffff:192.0.2.1']
    const answers = await Promise.all(peers.map((peer) => app.inject({ url: '/', peer })))
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 200, 200, 200, 429])
  })

  it('is not escaped by a forged X-Forwarded-For', async () => {
    const app = createApp()
    app.get('/', { rateLimit: rateLimit({ limit: 1, window: 60 }) }, () => ({}))
    const ask = (forwarded: string) => app.inject({ url: '/', headers: { 'x-forwarded-for': forwarded } })
    expect((await ask('192.0.2.1')).status).toBe(200)
    expect((await ask('192.0.2.2')).status).toBe(429)
  })

  it('counts the right-most untrusted hop behind a trusted proxy', async () => {
    const app = createApp({ trustedProxies: ['127.0.0.1'] })
    app.get('/', { rateLimit: rateLimit({ limit: 1, window: 60 }) }, () => ({}))
    const ask = (forwarded: string) => app.inject({ url: '/', headers: { 'x-forwarded-for': forwarded } })
    expect((await ask('192.0.2.1')).status).toBe(200)
    expect((await ask('192.0.2.2')).status).toBe(200)
    expect((await ask('6.6.6.6, 192.0.2.1')).status).toBe(429)
  })

  it('implements every key it documents: a header, absent ones by address', async () => {
    const app = createApp()
    app.get('/', { rateLimit: rateLimit({ limit: 1, window: 60, key: { header: 'X-Api-Key' } }) }, () => ({}))
    expect(await statuses(app, 2, '/', { headers: { 'x-api-key': 'a' } })).toEqual([200, 429])
    expect(await statuses(app, 2, '/', { headers: { 'x-api-key': 'b' } })).toEqual([200, 429])
    expect(await statuses(app, 2, '/')).toEqual([200, 429])
  })

  it('implements every key it documents: a claim', async () => {
    const app = createApp()
    app.get('/', { auth, rateLimit: rateLimit({ limit: 1, window: 60, key: { claim: 'org.plan' } }) }, () => ({}))
    const as = (plan: string) => ({ headers: { authorization: bearer({ ...good, org: { plan } }) } })
    expect(await statuses(app, 2, '/', as('gold'))).toEqual([200, 429])
    expect(await statuses(app, 2, '/', as('silver'))).toEqual([200, 429])
  })

  it('implements every key it documents: all', async () => {
    const app = createApp()
    app.get('/', { rateLimit: rateLimit({ limit: 1, window: 60, key: 'all' }) }, () => ({}))
    expect(await statuses(app, 1, '/', { peer: '192.0.2.1' })).toEqual([200])
    expect(await statuses(app, 1, '/', { peer: '192.0.2.2' })).toEqual([429])
  })

  it('is asked before sign-in by address, so that guessing tokens is limited too, and after it by claim', async () => {
    const app = createApp()
    app.get('/address', { auth, rateLimit: rateLimit({ limit: 2, window: 60 }) }, () => ({}))
    app.get('/claim', { auth, rateLimit: rateLimit({ limit: 1, window: 60, key: { claim: 'sub' } }) }, () => ({}))
    expect(await statuses(app, 3, '/address')).toEqual([401, 401, 429])
    expect(await statuses(app, 3, '/claim')).toEqual([401, 401, 401])
    expect(await statuses(app, 2, '/claim', { headers: { authorization: bearer(good) } })).toEqual([200, 429])
  })

  it('counts everything together that was given the same value', async () => {
    const app = createApp()
    const shared = rateLimit({ limit: 2, window: 60 })
    app.group('/a', { rateLimit: shared }, (r) => {
      r.get('/one', () => ({}))
      r.mount('/two', () => new Response('x'))
    })
    app.get('/b', { rateLimit: rateLimit({ limit: 2, window: 60 }) }, () => ({}))
    expect(await statuses(app, 1, '/a/one')).toEqual([200])
    expect(await statuses(app, 1, '/a/two')).toEqual([200])
    expect(await statuses(app, 1, '/a/one')).toEqual([429])
    expect(await statuses(app, 1, '/b')).toEqual([200])
  })

  it('of an application counts handlers and mounts, not fixed answers; a route must be within all its limits', async () => {
    const app = createApp({ rateLimit: rateLimit({ limit: 3, window: 60 }) })
    app.answer('/healthz', 'ok')
    app.get('/x', { rateLimit: rateLimit({ limit: 1, window: 60 }) }, () => ({}))
    app.get('/y', () => ({}))
    expect(await statuses(app, 10, '/healthz')).toEqual(Array.from({ length: 10 }, () => 200))
    expect(await statuses(app, 2, '/x')).toEqual([200, 429])
    expect(await statuses(app, 2, '/y')).toEqual([200, 429])
  })

  it('carries CORS headers, so that scripts see it as what it is', async () => {
    const app = createApp({ cors: { origins: ['https://app.example'] } })
    app.get('/', { rateLimit: rateLimit({ limit: 1, window: 60 }) }, () => ({}))
    const headers = { origin: 'https://app.example' }
    await app.inject({ url: '/', headers })
    const answer = await app.inject({ url: '/', headers })
    expect(answer.status).toBe(429)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example')
  })

  it('refuses to start when it counts by a claim that nobody verifies', () => {
    const byClaim = rateLimit({ limit: 1, window: 60, key: { claim: 'sub' } })
    const open = createApp()
    open.get('/open', { rateLimit: byClaim }, () => ({}))
    expect(() => open.stats()).toThrow(/GET \/open: rateLimit by claim 'sub' without a token/)
    const mounted = createApp()
    mounted.mount('/m', () => new Response(), { rateLimit: byClaim })
    expect(() => mounted.stats()).toThrow(/\/m: rateLimit by claim 'sub'/)
  })
})

it('refuses keys that are documented nowhere, and what cannot be limited', () => {
  const make = rateLimit as unknown as (options: unknown) => unknown
  const good = { limit: 1, window: 1 }
  for (const [options, message] of [
    [{ ...good, key: 'adress' }, /option 'key' is "adress"/],
    [{ ...good, key: { cookie: 'sid' } }, /unknown option 'cookie'/],
    [{ ...good, key: { header: 'a b' } }, /'a b' is no header name/],
    [{ ...good, key: { header: 'a', claim: 'b' } }, /key/],
    [{ ...good, key: {} }, /key/],
    [{ ...good, limit: 0 }, /option 'limit' is 0/],
    [{ ...good, window: 0.5 }, /option 'window' is 0.5/],
    [{ ...good, store: 'redis://localhost' }, /unknown option 'store'/],
    [{ limit: 1 }, /option 'window' is missing/],
  ] as const) {
    expect(() => make(options), JSON.stringify(options)).toThrow(message)
  }
  const app = createApp()
  expect(() => app.group('/g', { rateLimit: rateLimit(good) }, (r) => r.answer('/a', 'x'))).toThrow(/has rateLimit/)
  expect(() => app.get('/', { rateLimit: good as never }, () => 1)).toThrow(/rateLimit\(…\)/)
})
