import createClient from 'openapi-fetch'
import openapiTypes, { astToString, type OpenAPI3 } from 'openapi-typescript'
import { describe, expect, it } from 'vitest'
import { testApp } from './app.ts'

const app = await testApp()

describe('the typed client', () => {
  it('has types for every route of the document', async () => {
    const types = astToString(await openapiTypes(app.openapi() as unknown as OpenAPI3))
    for (const path of Object.keys(app.openapi().paths)) expect(types).toContain(`"${path}"`)
  })

  it('calls the API', async () => {
    interface Paths {
      '/readyz': { get: { responses: { 200: { content: { 'application/json': { status: string } } } } } }
    }
    const client = createClient<Paths>({ baseUrl: 'http://localhost', fetch: inject })
    const { data } = await client.GET('/readyz')
    expect(data?.status).toBe('ready')
  })

  /** `fetch` without a network. */
  async function inject(request: Request): Promise<Response> {
    const { status, headers, body } = await app.inject({ method: request.method, url: new URL(request.url).pathname })
    return new Response(body as Uint8Array<ArrayBuffer>, { status, headers })
  }
})
