import { createApp, type InjectResponse, type Schema } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { describeHosts } from './hosts.ts'

/** A schema whose JSON Schema is written by hand, for keywords that libraries do not have. */
function written(schema: object): Schema {
  const standard = {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) => ({ value }),
    jsonSchema: { input: () => schema, output: () => schema },
  }
  return { '~standard': standard } as unknown as Schema
}

const unique = written({ type: ['array', 'object', 'integer'], uniqueItems: true, items: { $ref: '#' } })
const numbers = Array.from({ length: 40_000 }, (_, index) => index)

describeHosts('bodies made to cost as much as they can', () => {
  const answer = (schema: Schema, body: string): Promise<InjectResponse> => {
    const app = createApp({ limits: { bodyBytes: 16 * 1024 ** 2 } })
    app.post('/', { body: schema }, () => ({ ok: true }))
    return app.inject({ method: 'POST', url: '/', body, headers: { 'content-type': 'application/json' } })
  }
  const errors = async (response: Promise<InjectResponse>): Promise<Array<{ path: string; code: string }>> =>
    ((await response).json() as { errors: Array<{ path: string; code: string }> }).errors

  it('tell of a hundred violations and no more', async () => {
    const told = await errors(answer(z.array(z.string()), JSON.stringify(numbers.slice(0, 150))))
    expect(told.map(({ path }) => path)).toEqual(numbers.slice(0, 100).map((index) => `/${index}`))
  })

  it('tell of a few violations when they are large', async () => {
    const told = await errors(answer(z.array(z.string()), JSON.stringify(numbers)))
    expect(told[0]).toMatchObject({ path: '/0', code: 'type' })
    expect(told.length).toBeLessThanOrEqual(100)
  })

  it('are not repeated in their answer by the names in them', async () => {
    const body = JSON.stringify({ short: [1], ['k'.repeat(60_000)]: [{ a: 1 }, ...numbers.slice(0, 200)] })
    const response = await answer(z.record(z.string(), z.array(z.string())), body)
    expect(response.status).toBe(422)
    expect(response.body.byteLength).toBeLessThan(64_000)
    const { errors: told } = response.json() as { errors: Array<{ path: string }> }
    expect(told.slice(0, 2).map(({ path }) => path)).toEqual(['/short/0', ''])
  })

  it('are compared item by item in one pass, however many there are and however deep they lie', async () => {
    const objects = JSON.stringify(numbers.slice(0, 30_000).map((a) => ({ a })))
    expect((await answer(unique, objects)).status).toBe(200)
    const depth = 60
    const nested = `${'['.repeat(depth)}${numbers}${']'.repeat(depth)}`
    expect((await answer(unique, nested)).status).toBe(200)
    const twice = `${'['.repeat(depth)}${numbers},7${']'.repeat(depth)}`
    expect(await errors(answer(unique, twice))).toMatchObject([{ path: '/0'.repeat(depth - 1), code: 'uniqueItems' }])
    expect(await errors(answer(unique, '[{"a":1,"b":[2]},{"b":[2.0],"a":1}]'))).toMatchObject([{ code: 'uniqueItems' }])
  })

  it('may be one long string', async () => {
    const body = JSON.stringify(`${'x'.repeat(9 * 1024 ** 2)}\\"`)
    expect((await answer(z.string(), body)).status).toBe(200)
    expect((await answer(z.string(), `${body.slice(0, -1)}\\ud800"`)).status).toBe(400)
  })
})
