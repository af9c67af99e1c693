/** @bolt-app/core as a user gets it: native, in Node's loop. */
import { build } from '../app/application.mjs'
import { listening } from '../app/listening.mjs'
import { tls } from '../app/made.mjs'
import { origin } from '../app/origin.mjs'

async function listen(app, more) {
  const { port } = await app.listen({ port: 0, host: '127.0.0.1', ...more })
  if (app.host !== 'native') throw new Error(`the figures are those of the native core, but the host is "${app.host}"`)
  return port
}

listening({
  main: await listen(build()),
  cors: await listen(build({ cors: { origins: [origin], credentials: true } })),
  tls: await listen(build(), { tls: tls() }),
})
