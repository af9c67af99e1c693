import { createApp } from '@bolt-app/core'
import { describe, expect, it } from 'vitest'
import { healthRoutes } from './health.ts'

describe('readiness', () => {
  it('names the dependency that is down', async () => {
    const app = createApp({ logger: { info() {}, warn() {}, error() {} } })
    healthRoutes(app, { fine: async () => {}, broken: async () => Promise.reject(new Error('no answer')) })
    const response = await app.inject({ method: 'GET', url: '/readyz' })
    expect(response.status).toBe(503)
    expect(response.json()).toEqual({ status: 'not ready', checks: { fine: 'ok', broken: 'down' } })
    await app.close()
  })
})
