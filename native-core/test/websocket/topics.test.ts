import { createApp, type Socket } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { describeVariants } from '../hosts.ts'
import { Client, signal } from './client.ts'

describeVariants('WebSocket topics', (variant) => {
  it('reach their subscribers on all routes; a socket does not hear itself', async () => {
    const app = createApp()
    app.ws('/rooms/:room', {
      open: (socket) => {
        socket.subscribe(socket.params.room)
        socket.send('ready')
      },
      message: (socket, message) => {
        if (message === 'leave') socket.send(String(socket.unsubscribe(socket.params.room)))
        else socket.send(`told ${socket.publish(socket.params.room, message)}`)
      },
    })
    app.ws('/all', {
      open: (socket) => {
        socket.subscribe('a')
        socket.subscribe('b')
        socket.send('ready')
      },
    })
    const server = await app.listen({ port: 0, ...variant.io })
    const port = server.port as number
    const [one, two, other, all] = await Promise.all(
      ['/rooms/a', '/rooms/a', '/rooms/b', '/all'].map((path) => Client.open(port, path)),
    )
    for (const client of [one, two, other, all]) expect(await client?.next()).toBe('ready')
    one?.send('hello')
    expect(await one?.next()).toBe('told 2')
    expect(await two?.next()).toBe('hello')
    expect(await all?.next()).toBe('hello')
    expect(app.publish('b', Buffer.from([1, 2]))).toBe(2)
    expect(await other?.next()).toEqual(Buffer.from([1, 2]))
    expect(await all?.next()).toEqual(Buffer.from([1, 2]))
    two?.send('leave')
    expect(await two?.next()).toBe('true')
    expect(app.publish('a', 'after')).toBe(2)
    expect(app.publish('nobody', 'x')).toBe(0)
    await all?.close()
    await expect.poll(() => app.publish('b', 'x')).toBe(1)
    await app.close()
  })

  it('reach compressed and plain subscribers alike', async () => {
    const app = createApp()
    const text = 'some text '.repeat(500)
    app.ws('/keeps', { compression: { contextTakeover: true } }, { open: (socket) => void socket.subscribe('t') })
    app.ws('/small', { compression: true }, { open: (socket) => void socket.subscribe('t') })
    app.ws('/plain', { open: (socket) => void socket.subscribe('t') })
    const { port } = (await app.listen({ port: 0, ...variant.io })) as { port: number }
    const clients = await Promise.all(['/keeps', '/small', '/small', '/plain'].map((path) => Client.open(port, path)))
    await expect.poll(() => app.publish('t', '')).toBe(4)
    for (let round = 0; round < 3; round++) expect(app.publish('t', text)).toBe(4)
    for (const client of clients) {
      const messages = (await client.take(4)).filter((message) => message !== '')
      expect(messages.slice(0, 3).every((message) => message === text)).toBe(true)
    }
    await app.close()
  })

  it('survive subscribers that are closed while something is published', async () => {
    const app = createApp({ limits: { bufferedBytes: 1_000 } })
    const sockets: Socket[] = []
    const all = signal()
    app.ws('/', {
      open: (socket) => {
        socket.subscribe('t')
        sockets.push(socket as Socket)
        if (sockets.length === 20) all.happens()
      },
      close: () => void app.publish('t', 'someone left'),
    })
    const { port } = (await app.listen({ port: 0, ...variant.io })) as { port: number }
    const clients = await Promise.all(Array.from({ length: 20 }, () => Client.open(port, '/')))
    await all.happened
    for (const client of clients.slice(0, 10)) client.socket.pause()
    // Some are over the limit in the middle of this, and are closed.
    for (let round = 0; round < 2_000; round++) {
      app.publish('t', Buffer.alloc(5_000))
      await new Promise((resolve) => setImmediate(resolve))
      if (sockets.slice(0).filter((socket) => socket.isOpen).length <= 10) break
    }
    expect(sockets.filter((socket) => socket.isOpen).length).toBe(10)
    for (const client of clients) client.socket.terminate()
    await app.close()
  })
})
