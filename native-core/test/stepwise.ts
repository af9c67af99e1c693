import type { Socket } from 'node:net'
import type { App, ListenOptions } from '@bolt-app/core'

/** One turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Something to wait for. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** Reads until a condition on all that comes from now on holds. */
export function until(socket: Socket, done: (text: string) => boolean): Promise<string> {
  let text = ''
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      socket.off('data', onData).off('close', onClose).off('error', onClose)
      end()
    }
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1')
      if (done(text)) settle(() => resolve(text))
    }
    const onClose = (): void =>
      settle(() => reject(new Error(`the connection ended after ${JSON.stringify(text.slice(-200))}`)))
    socket.on('data', onData).on('close', onClose).on('error', onClose)
  })
}

/** All that comes until the connection ends, and how it ended. */
export function toTheEnd(socket: Socket): Promise<{ text: string; error: string | undefined }> {
  let [text, error] = ['', undefined as string | undefined]
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', (reason: NodeJS.ErrnoException) => {
    error = reason.code
  })
  return new Promise((resolve) => socket.once('close', () => resolve({ text, error })))
}

/** Listens while something is done with the application. */
export async function serve<T>(
  app: App,
  options: ListenOptions,
  use: (port: number, url: string) => Promise<T>,
): Promise<T> {
  const { port, url } = await app.listen(options)
  try {
    return await use(port, url)
  } finally {
    await app.close({ grace: 0 })
  }
}
