import { type Claims, createApp, jwt } from '@bolt-app/core'
import { expect, it } from 'vitest'
import { bearer, good, secret } from './contract/tokens.ts'
import { describeHosts, recorder } from './hosts.ts'

const as = (claims: object) => ({ url: '/', headers: { authorization: bearer({ ...good, ...claims }) } })

describeHosts('revocation', () => {
  it('is asked about each valid token, and only those, before the handler', async () => {
    const asked: unknown[] = []
    let entered = 0
    const app = createApp()
    const revoked = async (claims: Claims): Promise<boolean> => {
      asked.push(claims.jti)
      return Promise.resolve(claims.jti === 'taken back')
    }
    app.get('/', { auth: jwt({ algorithms: ['HS256'], secret, revoked }) }, () => {
      entered += 1
      return {}
    })
    expect((await app.inject(as({ jti: 'good' }))).status).toBe(200)
    expect((await app.inject(as({ jti: 'good' }))).status).toBe(200)
    const refused = await app.inject(as({ jti: 'taken back' }))
    expect(refused.status).toBe(401)
    expect(refused.json()).toMatchObject({ code: 'unauthorized', detail: 'The token was revoked' })
    expect(refused.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    expect((await app.inject({ url: '/' })).status).toBe(401)
    expect((await app.inject(as({ exp: 1 }))).status).toBe(401)
    expect(asked).toEqual(['good', 'good', 'taken back'])
    expect(entered).toBe(2)
  })

  it('lets nobody in when the store fails', async () => {
    let entered = 0
    const app = createApp({ logger: recorder().logger })
    const revoked = (): never => {
      throw new Error('the store is down')
    }
    app.get('/', { auth: jwt({ algorithms: ['HS256'], secret, revoked }) }, () => {
      entered += 1
      return {}
    })
    expect((await app.inject(as({}))).status).toBe(500)
    expect(entered).toBe(0)
  })
})

it('refuses a store that it would never ask', () => {
  const make = jwt as (options: object) => unknown
  expect(() => make({ algorithms: ['HS256'], secret, revocationStore: {} })).toThrow(/unknown option 'revocationStore'/)
  expect(() => make({ algorithms: ['HS256'], secret, revoked: new Set() })).toThrow(/option 'revoked' is {}/)
})
