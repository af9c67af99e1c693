import { createApp, reply } from '@bolt-app/core'
import { testClient } from '@bolt-app/core/testing'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { describeHosts } from './hosts.ts'

describeHosts('the test client', () => {
  it('keeps cookies between requests and forgets those that end', async () => {
    const app = createApp()
    app.post('/in', { body: z.object({ name: z.string() }) }, (ctx) =>
      reply({ ok: true }, { headers: { 'set-cookie': [`sid=${ctx.body.name}; Path=/; HttpOnly`, 'other=1'] } }),
    )
    app.get('/me', (ctx) => ({ sid: ctx.cookies.sid ?? null, agent: ctx.headers.get('user-agent') ?? null }))
    app.delete('/in', () => reply(undefined, { status: 204, headers: { 'set-cookie': 'sid=; Max-Age=0' } }))
    const client = testClient(app, { headers: { 'user-agent': 'test' } })
    expect((await client.get('/me')).json()).toEqual({ sid: null, agent: 'test' })
    await client.post('/in', { json: { name: 'ann' } })
    expect((await client.get('/me')).json()).toEqual({ sid: 'ann', agent: 'test' })
    expect(client.cookies.get('other')).toBe('1')
    await client.delete('/in')
    expect((await client.get('/me')).json()).toEqual({ sid: null, agent: 'test' })
    await app.close()
  })

  it('gives status, headers, text, bytes and JSON', async () => {
    const app = createApp()
    app.put('/', (ctx) => reply(ctx.request.text(), { status: 202 }))
    const answer = await testClient(app).put('/', { body: 'grüße' })
    expect(answer.status).toBe(202)
    expect(answer.headers.get('content-type')).toContain('text/plain')
    expect(answer.text()).toBe('grüße')
    expect(answer.body.byteLength).toBe(7)
    await app.close()
  })

  it('refuses what is no request', async () => {
    const app = createApp()
    await expect(app.inject({ url: '/a b' })).rejects.toMatchObject({ code: 'invalid-option' })
    await expect(app.inject({ url: '/', heders: {} } as never)).rejects.toMatchObject({
      message: expect.stringContaining("did you mean 'headers'"),
    })
    await app.close()
  })
})

it('answers many at a time', async () => {
  const app = createApp()
  app.get('/:id', async (ctx) => {
    await new Promise((resolve) => setTimeout(resolve, Number(ctx.params.id) % 5))
    return { id: ctx.params.id }
  })
  const answers = await Promise.all(Array.from({ length: 200 }, (_, id) => app.inject({ url: `/${id}` })))
  expect(answers.map((answer) => answer.json<{ id: string }>().id)).toEqual(
    Array.from({ length: 200 }, (_, id) => String(id)),
  )
  await app.close()
})
