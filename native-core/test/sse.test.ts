import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createApp, type EventSource, type Server, type SseOptions, sse } from '@bolt-app/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { eventText } from '../src/sse.ts'
import { open } from './contract/client.ts'
import { describeHosts, recorder } from './hosts.ts'

describe('an event', () => {
  it.each([
    ['text', 'a', 'data: a\n\n'],
    ['data that is text', { data: 'a' }, 'data: a\n\n'],
    ['data that is an object', { data: { a: 'b\nc' } }, 'data: {"a":"b\\nc"}\n\n'],
    ['empty data', { data: '' }, 'data: \n\n'],
    ['all fields', { event: 'e', id: '7', retry: 5, data: 'd' }, 'event: e\nid: 7\nretry: 5\ndata: d\n\n'],
    ['no data', { id: '7' }, 'id: 7\n\n'],
    ['an empty id, which makes the client forget the last', { id: '', data: 'x' }, 'id: \ndata: x\n\n'],
    ['every kind of line end in its data', 'a\nb\r\nc\rd\n', 'data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n'],
    ['data that looks like another field', 'x\n\nevent: evil', 'data: x\ndata: \ndata: event: evil\n\n'],
  ])('is written with %s', (_title, event, text) => {
    expect(eventText(event)).toBe(text)
  })

  it.each([
    ['a line end in its name', { event: 'a\nb' }],
    ['a carriage return in its id', { id: 'a\rb' }],
    ['a null in its id', { id: 'a\0b' }],
    ['a number as its id', { id: 7 as unknown as string }],
    ['a broken retry', { retry: 1.5 }],
    ['data without a JSON form', { data: () => 1 }],
  ])('is refused with %s', (_title, event) => {
    expect(() => eventText(event)).toThrow(TypeError)
  })
})

it.each([
  ['a string', 'events'],
  ['nothing', undefined],
  ['a list', ['a']],
])('refuses %s as a source', (_title, source) => {
  expect(() => sse(source as unknown as EventSource)).toThrow('async iterable, or a function')
})

it('refuses options it does not know', () => {
  expect(() => sse(() => undefined, { keepalive: 1 } as SseOptions)).toThrow(/did you mean 'keepAlive'/)
})

describeHosts('server-sent events', () => {
  let server: Server
  const { logger, entries } = recorder()
  const serve = async (
    source: (lastId: string | undefined, signal: AbortSignal) => EventSource,
    options?: SseOptions,
  ) => {
    const app = createApp({ logger })
    app.get('/', (ctx) => sse(source(ctx.headers.get('last-event-id'), ctx.signal), options))
    server = await app.listen({ port: 0 })
  }
  const ask = async (more = ''): Promise<{ socket: Socket; text: () => string }> => {
    const socket = await open(server.port)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`)
    return { socket, text: () => text }
  }
  afterEach(async () => {
    await server.close()
    entries.length = 0
  })

  it('come from an async iterable, with the fields that keep proxies from holding them back', async () => {
    const events = async function* (lastId: string | undefined) {
      yield { id: '2', data: { after: lastId } }
      yield 'text'
    }
    await serve(events, { retry: 250 })
    const { socket, text } = await ask('Last-Event-ID: 1\r\n')
    await vi.waitFor(() => expect(text()).toMatch(/0\r\n\r\n$/))
    expect(text()).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    for (const field of ['content-type: text/event-stream', 'cache-control: no-cache', 'x-accel-buffering: no'])
      expect(text().toLowerCase()).toContain(`${field}\r\n`)
    const body = text()
      .slice(text().indexOf('\r\n\r\n'))
      .replace(/\r\n[0-9a-f]+\r\n/g, '')
    expect(body).toContain('retry: 250\n\n')
    expect(body).toContain('id: 2\ndata: {"after":"1"}\n\n')
    expect(body).toContain('data: text\n\n')
    socket.destroy()
  })

  it('are sent one by one as they happen (Nagle: SSE 24 → 10,700 rps once fixed)', async () => {
    let send: ((text: string) => Promise<boolean>) | undefined
    await serve(() => (give, signal) => {
      send = give
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
    })
    const { socket, text } = await ask()
    await vi.waitFor(() => expect(send).toBeDefined())
    const started = performance.now()
    for (let count = 1; count <= 200; count++) {
      const came = once(socket, 'data')
      expect(await send?.(`event ${count}`)).toBe(true)
      while (!text().includes(`event ${count}\n`)) await Promise.race([came, once(socket, 'data')])
    }
    // Held back for an acknowledgement each would take 40 ms, 8 s in all.
    expect(performance.now() - started).toBeLessThan(2_000)
    socket.destroy()
  })

  it('stop when the client goes away: the signal of a function within a second', async () => {
    let ended: string | undefined
    let send: ((text: string) => Promise<boolean>) | undefined
    await serve(() => async (give, signal) => {
      send = give
      await give('first')
      await once(signal, 'abort')
      ended = `signal, and sending gives ${await give('more')}`
    })
    const { socket, text } = await ask()
    await vi.waitFor(() => expect(text()).toContain('first'))
    socket.destroy()
    await vi.waitFor(() => expect(ended).toBe('signal, and sending gives false'), { timeout: 1_000 })
    expect(await send?.('late')).toBe(false)
    expect(entries).toEqual([])
  })

  it('stop when the client goes away: an iterator is closed within a second', async () => {
    let isClosed = false
    await serve((_id, signal) =>
      (async function* () {
        try {
          yield 'first'
          await once(signal, 'abort')
        } finally {
          isClosed = true
        }
      })(),
    )
    const { socket, text } = await ask()
    await vi.waitFor(() => expect(text()).toContain('first'))
    socket.destroy()
    await vi.waitFor(() => expect(isClosed).toBe(true), { timeout: 1_000 })
    expect(entries).toEqual([])
  })

  it('go out in one piece when they come at one time, and what follows in another', async () => {
    let goOn: (() => void) | undefined
    await serve(() =>
      (async function* () {
        for (let count = 0; count < 100; count++) yield `event ${count}`
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
        yield 'last'
      })(),
    )
    const { socket, text } = await ask()
    const pieces = () => text().match(/\r\n[0-9a-f]+\r\n/g)?.length
    await vi.waitFor(() => expect(text()).toContain('event 99\n'))
    expect(pieces()).toBe(1)
    goOn?.()
    await vi.waitFor(() => expect(text()).toMatch(/0\r\n\r\n$/))
    expect(text()).toContain('data: last\n')
    expect(pieces()).toBe(3)
    socket.destroy()
  })

  it('begin with the hint when to come back, before there is an event', async () => {
    await serve(() => (_send, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())), {
      retry: 7,
    })
    const { socket, text } = await ask()
    await vi.waitFor(() => expect(text()).toContain('retry: 7\n\n'))
    socket.destroy()
  })

  it('keep a silent connection alive with comments', async () => {
    await serve(() => (_send, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())), {
      keepAlive: 20,
    })
    const { socket, text } = await ask()
    await vi.waitFor(() => expect(text().match(/:\n\n/g)?.length ?? 0).toBeGreaterThan(2))
    socket.destroy()
  })

  it('wait for a client that does not read', async () => {
    let sent = 0
    await serve(() => async (send, signal) => {
      while (!signal.aborted && (await send('x'.repeat(16_384)))) sent += 1
    })
    const socket = await open(server.port)
    socket.pause()
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    let before = -1
    await vi.waitFor(
      () => {
        const isStill = sent === before && sent > 0
        before = sent
        expect(isStill).toBe(true)
      },
      { interval: 200, timeout: 8_000 },
    )
    // What fits into the buffers of the kernel and one of ours, far less than it would send.
    expect(sent).toBeLessThan(2_000)
    socket.destroy()
  })

  it('cut the connection when their source fails in the middle', async () => {
    await serve(() => async (send) => {
      await send('first')
      throw new Error('the secret reason')
    })
    const { socket, text } = await ask()
    await once(socket, 'close')
    expect(text()).toContain('first')
    expect(text()).not.toMatch(/0\r\n\r\n$/)
    expect(text()).not.toContain('secret')
    expect(entries).toHaveLength(1)
  })
})
