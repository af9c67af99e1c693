import { type App, createApp, reply } from '@bolt-app/core'
import { z } from 'zod'
import type { AppName } from '../case.ts'
import { answers } from './answers.ts'
import { compressedApp } from './compressed.ts'
import { js } from './entered.ts'
import { formsApp } from './forms.ts'
import { inputs } from './inputs.ts'
import { limitedApp } from './limited.ts'
import { signIn } from './sign-in.ts'
import { socketsApp } from './sockets.ts'
import { streams } from './streams.ts'

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The applications that the cases ask, by name. */
export function buildApps(): Record<AppName, App> {
  return {
    main: mainApp(),
    cors: corsApp(['https://app.example'], true),
    'open-cors': corsApp('*', false),
    tight: tightApp(),
    limited: limitedApp(silent),
    compressed: compressedApp(),
    forms: formsApp(),
    sockets: socketsApp(silent),
  }
}

function mainApp(): App {
  const app = createApp({
    logger: silent,
    openapi: { title: 'Contract', version: '1.0.0' },
    trustedProxies: ['10.0.0.0/8'],
  })
  routing(app)
  inputs(app)
  signIn(app)
  answers(app)
  streams(app)
  mounts(app)
  nestedMounts(app)
  app.onError((error) => (error instanceof RangeError ? reply({ oops: error.message }, { status: 418 }) : undefined))
  return app
}

function routing(app: App): void {
  app.get(
    '/café',
    js(() => ({ at: 'café' })),
  )
  app.get(
    '/',
    js(() => ({ at: 'root' })),
  )
  app.get(
    '/a/me',
    js(() => ({ at: 'me' })),
  )
  app.get(
    '/a/:id',
    js((ctx) => ({ id: ctx.params.id })),
  )
  app.post(
    '/a/:id',
    js((ctx) => ({ posted: ctx.params.id })),
  )
  app.get(
    '/a/:id/b/:other',
    js((ctx) => ctx.params),
  )
  app.get(
    '/only/slash/',
    js(() => ({ at: 'slash' })),
  )
  app.get(
    '/rest/*path',
    js((ctx) => ctx.params),
  )
}

function mounts(app: App): void {
  app.get(
    '/mounted/native',
    js(() => ({ at: 'native' })),
  )
  app.mount(
    '/mounted',
    js(async (request: Request) => {
      const url = new URL(request.url)
      if (url.pathname.endsWith('/redirect'))
        return new Response(null, { status: 302, headers: { location: 'https://else.example/' } })
      if (url.pathname.endsWith('/throw')) throw new Error('the secret reason')
      if (url.pathname.endsWith('/echo')) return new Response(request.body)
      const body = {
        method: request.method,
        path: url.pathname,
        query: url.search,
        host: url.host,
        text: await request.text(),
        type: request.headers.get('content-type'),
      }
      const headers = new Headers({ 'content-type': 'application/json' })
      headers.append('set-cookie', 'one=1; Path=/; HttpOnly')
      headers.append('set-cookie', 'two=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT')
      return new Response(JSON.stringify(body), { status: 201, headers })
    }),
  )
}

function nestedMounts(app: App): void {
  const say = (name: string) => js((request: Request) => Response.json({ name, path: new URL(request.url).pathname }))
  app.mount('/nest', say('outer'))
  app.mount('/nest/inner/deep', say('deepest'))
  app.mount('/nest/inner', say('inner'))
}

function corsApp(origins: readonly string[] | '*', credentials: boolean): App {
  const app = createApp({ logger: silent, cors: { origins, credentials, maxAge: 5 } })
  app.post(
    '/notes',
    { body: z.object({ a: z.string() }), bodyBytes: 64 },
    js((ctx) => ctx.body),
  )
  app.get(
    '/throw',
    js(() => {
      throw new Error('no')
    }),
  )
  return app
}

function tightApp(): App {
  const app = createApp({
    logger: silent,
    securityHeaders: { 'x-own': 'yes' },
    limits: { headBytes: 1_024, headerCount: 10, uriBytes: 200, bodyBytes: 100, jsonDepth: 4 },
  })
  app.post(
    '/notes',
    { body: z.unknown() },
    js((ctx) => ({ got: ctx.body })),
  )
  app.get(
    '/x',
    js((ctx) => reply({ x: 1 }, { headers: { 'x-own': 'mine', 'x-id': ctx.request.id } })),
  )
  return app
}
