import { describe, expect, it } from 'vitest'
import { about } from '#about'
import { testApp } from '#test/app'

const app = await testApp()

describe('the application', () => {
  it('is healthy and ready', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' })
    expect((await get('/readyz')).json()).toMatchObject({ status: 'ready' })
  })

  it('describes itself', async () => {
    const document = (await get('/openapi.json')).json() as { openapi: string; info: object; paths: object }
    expect(document.openapi).toMatch(/^3\.1/)
    expect(document.info).toMatchObject({ title: about.name })
    expect(Object.keys(document.paths)).toContain('/readyz')
    expect((await get('/docs')).headers.get('content-type')).toContain('text/html')
  })

  it('answers what it does not know with a problem document', async () => {
    const response = await get('/nothing-here')
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.json()).toMatchObject({ status: 404, requestId: response.headers.get('x-request-id') })
  })

  function get(url: string) {
    return app.inject({ method: 'GET', url })
  }
})
