import { describe, expect, it } from 'vitest'
import { testApp } from '#test/app'

const app = await testApp()

describe('hello', () => {
  it('greets', async () => {
    const response = await app.inject({ method: 'GET', url: '/api/hello?name=Ada' })
    expect(response.json()).toEqual({ message: 'Hello, Ada!' })
  })

  it('refuses an empty name', async () => {
    const response = await app.inject({ method: 'GET', url: '/api/hello?name=' })
    expect(response.status).toBe(422)
  })
})
