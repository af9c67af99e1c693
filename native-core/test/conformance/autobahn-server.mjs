/** Echoes whatever it is sent; its options are the first argument. */
import { createApp } from '@bolt-app/core'

const { listen, contextTakeover } = JSON.parse(process.argv[2] ?? '{}')
const app = createApp({ limits: { messageBytes: 64 * 1024 * 1024, bufferedBytes: 512 * 1024 * 1024 } })
app.ws(
  '/',
  { compression: { threshold: 0, contextTakeover } },
  { message: (socket, message) => void socket.send(message) },
)
const { port } = await app.listen({ port: 0, ...listen })
process.send?.(port)
process.on('disconnect', () => process.exit(0))
