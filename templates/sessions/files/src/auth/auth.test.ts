import { describe, expect, it } from 'vitest'
import { parseEnv } from '#env'
import { testApp } from '#test/app'
import { cookiesOf, signUp } from '#test/member'
import { settings } from '#test/settings'

const app = await testApp()

describe('sign-in', () => {
  it('lets somebody sign up, sign in, see who they are, and sign out', async () => {
    const { email, password } = await signUp(app)
    const signedIn = await post('/api/auth/sign-in/email', { email, password })
    expect(signedIn.status).toBe(200)

    const cookie = cookiesOf(signedIn.headers)
    expect((await me(cookie)).json()).toMatchObject({ email })
    const session = await app.inject({ method: 'GET', url: '/api/auth/get-session', headers: { cookie } })
    expect(session.json()).toMatchObject({ user: { email } })

    const signedOut = await post('/api/auth/sign-out', {}, cookie)
    expect(signedOut.status).toBe(200)
    expect((await me(cookiesOf(signedOut.headers))).status).toBe(401)
  })

  it('refuses a wrong password and a taken address', async () => {
    const { email, password } = await signUp(app)
    expect((await post('/api/auth/sign-in/email', { email, password: 'not the password' })).status).toBe(401)
    expect((await post('/api/auth/sign-up/email', { name: 'Again', email, password })).status).toBe(422)
  })

  it('believes the signed cookie without asking the database', async () => {
    const { cookie } = await signUp(app)
    const before = app.stats()
    expect((await me(only('session_data', cookie))).status).toBe(200)
    expect(app.stats().javascriptCalls - before.javascriptCalls).toBe(1)
  })

  it('asks the database when the signed cookie has run out, and renews it', async () => {
    const { email, cookie } = await signUp(app)
    const response = await me(only('session_token', cookie))
    expect(response.json()).toMatchObject({ email })
    expect(cookiesOf(response.headers)).toContain('session_data=')
  })

  it('refuses cookies that were tampered with', async () => {
    const { cookie } = await signUp(app)
    expect((await me(`${only('session_data', cookie)}x`)).status).toBe(401)
    expect((await me('better-auth.session_token=made-up.value')).status).toBe(401)
  })

  it('needs to know its address in production', () => {
    expect(() => parseEnv({ ...settings, NODE_ENV: 'production', APP_URL: '' })).toThrow('APP_URL: not set')
  })

  it('refuses requests from pages of other origins', async () => {
    const { email, password, cookie } = await signUp(app)
    const headers = { cookie, origin: 'https://elsewhere.example' }
    const response = await app.inject({
      method: 'POST',
      url: '/api/auth/sign-in/email',
      headers,
      json: { email, password },
    })
    expect(response.status).toBe(403)
  })

  function post(url: string, json: object, cookie?: string) {
    return app.inject({ method: 'POST', url, headers: cookie ? { cookie, origin: 'http://localhost' } : {}, json })
  }

  function me(cookie: string) {
    return app.inject({ method: 'GET', url: '/api/me', headers: { cookie } })
  }

  function only(name: string, cookies: string): string {
    return cookies
      .split('; ')
      .filter((cookie) => cookie.includes(name))
      .join('; ')
  }
})
