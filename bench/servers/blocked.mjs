/** A server whose JavaScript computes for some ms at a time, with a moment for other work in between. Arguments: io, ms, `limits.requestTimeout`. */
import { z } from 'zod'
import { createApp, jwt } from '../../native-core/dist/index.js'
import { listening } from '../app/listening.mjs'
import { secret } from '../app/token.mjs'

const [io, busy, requestTimeout] = process.argv.slice(2)
const app = createApp({ limits: { requestTimeout: Number(requestTimeout) } })
app.answer('/fixed', 'fixed')
app.get('/typed/:id', { params: z.object({ id: z.uuid() }) }, (ctx) => ctx.params)
app.get('/private', { auth: jwt({ algorithms: ['HS256'], secret }) }, (ctx) => ctx.auth)
app.get('/never', () => new Promise(() => undefined))

const { port } = await app.listen({ port: 0, io })
const compute = () => {
  const end = performance.now() + Number(busy)
  while (performance.now() < end) {}
  setImmediate(compute)
}
compute()
listening({ main: port })
