import { type App, createApp } from '@bolt-app/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeHosts } from './hosts.ts'

const rows: Array<[title: string, peer: string, forwarded: string | undefined, address: string]> = [
  ['the peer itself without the header', '10.0.0.1', undefined, '10.0.0.1'],
  ['the peer when it is no trusted proxy', '203.0.113.9', '1.2.3.4', '203.0.113.9'],
  ['the hop that a trusted proxy names', '10.0.0.1', '1.2.3.4', '1.2.3.4'],
  ['the right-most hop that is not trusted', '10.0.0.1', '6.6.6.6, 1.2.3.4, 10.9.9.9', '1.2.3.4'],
  ['not what a client wrote before its own address', '10.0.0.1', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
  ['the left-most hop when all are trusted', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['the last good hop before one that is no address', '10.0.0.1', 'unknown, 10.0.0.2', '10.0.0.2'],
  ['a proxy on IPv6', 'fd00::1', '2001:db8::5', '2001:db8::5'],
  ['IPv4 written as IPv6', '::ffff:10.0.0.1', '1.2.3.4', '1.2.3.4'],
]

describeHosts('the client’s address', () => {
  let app: App

  beforeAll(() => {
    app = createApp({ trustedProxies: ['10.0.0.0/8', 'fd00::/8'] })
    app.get('/', (ctx) => ({ address: ctx.request.address }))
  })

  afterAll(() => app.close())

  it.each(rows)('is %s', async (_title, peer, forwarded, address) => {
    const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    const answer = await app.inject({ url: '/', peer, headers })
    expect(answer.json()).toEqual({ address })
  })

  it('is made of several headers in their order', async () => {
    const answer = await app.inject({
      url: '/',
      peer: '10.0.0.1',
      headers: { 'x-forwarded-for': ['6.6.6.6', '1.2.3.4', '10.0.0.2'] },
    })
    expect(answer.json()).toEqual({ address: '1.2.3.4' })
  })
})
