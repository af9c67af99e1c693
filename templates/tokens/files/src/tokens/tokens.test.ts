import { describe, expect, it } from 'vitest'
import { parseEnv } from '#env'
import { testApp } from '#test/app'
import { settings } from '#test/settings'
import { createTokens } from './access.ts'

const oldKey = settings.TOKEN_KEYS
const newKey = 'YW5vdGhlci1rZXktb25seS1mb3ItdGVzdHMtLS0tLS0'
const app = await testApp({ TOKEN_KEYS: `${newKey},${oldKey}` })

describe('tokens', () => {
  it('let a client in and say who it is', async () => {
    const response = await me(await tokenOf(newKey))
    expect(response.json()).toEqual({ subject: 'reporter', scope: ['read'] })
  })

  it('of an older key are still accepted', async () => {
    expect((await me(await tokenOf(oldKey))).status).toBe(200)
  })

  it('are refused when missing, expired, or signed with another key', async () => {
    expect((await app.inject({ method: 'GET', url: '/api/clients/me' })).headers.get('www-authenticate')).toContain(
      'Bearer',
    )
    expect((await me(await tokenOf(newKey, -1))).status).toBe(401)
    expect((await me(await tokenOf('bm90LW91ci1rZXktYnV0LWFzLWxvbmctYXMtb25lLS0'))).status).toBe(401)
  })

  it('can be verified by others with the public keys', async () => {
    const response = await app.inject({ method: 'GET', url: '/.well-known/jwks.json' })
    const { keys } = response.json() as { keys: Record<string, string>[] }
    expect(keys).toHaveLength(2)
    expect(keys.some((key) => 'd' in key)).toBe(false)
  })

  async function tokenOf(key: string, days = 1): Promise<string> {
    const { issue } = await createTokens(parseEnv({ ...settings, TOKEN_KEYS: key }))
    return issue({ subject: 'reporter', scope: ['read'], days })
  }

  function me(token: string) {
    return app.inject({ method: 'GET', url: '/api/clients/me', headers: { authorization: `Bearer ${token}` } })
  }
})
