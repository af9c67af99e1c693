/** Checked by the compiler only: what the callbacks of a WebSocket see follows from path and schemas. */
import { createApp, jwt, type Socket, type Violation } from '@bolt-app/core'
import { z } from 'zod'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles only when the type is exactly the expected one; `any` is never exact. */
function is<Expected>() {
  return <Given>(_value: Given, ..._proof: Same<Given, Expected> extends true ? [] : [never]): void => undefined
}

const app = createApp()
const token = jwt({ algorithms: ['HS256'], secret: 'x'.repeat(32), claims: z.object({ level: z.int() }) })

// Without options.
app.ws('/rooms/:room', {
  open: (socket) => {
    is<string>()(socket.params.room)
    is<undefined>()(socket.auth)
    is<undefined>()(socket.data)
    is<number | false>()(socket.send('text'))
    // @ts-expect-error a message is text or bytes
    socket.send({})
  },
  message: (_socket, message) => is<string | Uint8Array>()(message),
  close: (_socket, code, reason) => {
    is<number>()(code)
    is<string>()(reason)
  },
})

// Every part by its schema, and what upgrade returns.
app.group('/teams/:team', { auth: token }, (r) => {
  r.ws(
    '/rooms/:room',
    {
      params: z.object({ team: z.string(), room: z.int() }),
      query: z.object({ since: z.int().default(0) }),
      message: z.object({ text: z.string(), done: z.boolean().default(false) }),
    },
    {
      upgrade: async (ctx) => {
        is<number>()(ctx.params.room)
        is<number>()(ctx.auth.level)
        return { name: `${ctx.auth.level}` }
      },
      open: (socket) => {
        is<number>()(socket.query.since)
        is<number>()(socket.auth.level)
        is<{ name: string }>()(socket.data)
      },
      message: (socket, message) => {
        is<string>()(message.text)
        is<boolean>()(message.done)
        is<{ name: string }>()(socket.data)
      },
      invalid: (_socket, violations) => is<readonly Violation[]>()(violations),
    },
  )
})

// A function that takes any socket.
const greet = (socket: Socket): void => void socket.send('hello')
app.ws('/any/:id', { open: greet })

// @ts-expect-error no such option
app.ws('/bad', { maxMessage: 1 }, {})
// @ts-expect-error no such callback
app.ws('/bad', { onmessage: () => 1 })
