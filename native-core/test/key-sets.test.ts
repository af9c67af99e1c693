import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp, jwt } from '@bolt-app/core'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeHosts, recorder } from './hosts.ts'

/** An issuer whose published keys a test can change. */
class Issuer {
  keys: unknown[] = []
  status = 200
  asked = 0
  readonly server: Server

  constructor() {
    this.server = createServer((_req, res) => {
      this.asked += 1
      res.statusCode = this.status
      res.end(JSON.stringify({ keys: this.keys }))
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks.json`
  }
}

async function keyPair(alg: string, kid: string): Promise<{ jwk: JWK; sign: () => Promise<string> }> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  const sign = (): Promise<string> =>
    new SignJWT({ sub: kid }).setProtectedHeader({ alg, kid }).setExpirationTime('5m').sign(privateKey)
  return { jwk, sign }
}

const bearer = async (sign: () => Promise<string>) => ({
  url: '/',
  headers: { authorization: `Bearer ${await sign()}` },
})

describeHosts('key sets', () => {
  let issuer: Issuer
  let url: string

  beforeEach(async () => {
    issuer = new Issuer()
    url = await issuer.listen()
  })

  afterEach(() => {
    issuer.server.closeAllConnections()
    issuer.server.close()
  })

  it('follows the issuer when it rotates its keys', async () => {
    const [old, fresh] = [await keyPair('RS256', 'old'), await keyPair('ES256', 'fresh')]
    issuer.keys = [old.jwk]
    const app = createApp()
    app.get('/', { auth: jwt({ algorithms: ['RS256', 'ES256'], jwksUrl: url, jwksRefresh: 1 }) }, (ctx) => ({
      sub: ctx.auth.sub,
    }))
    expect((await app.inject(await bearer(old.sign))).json()).toEqual({ sub: 'old' })
    expect((await app.inject(await bearer(fresh.sign))).status).toBe(401)
    issuer.keys = [fresh.jwk]
    await expect.poll(async () => (await app.inject(await bearer(fresh.sign))).status, { timeout: 5_000 }).toBe(200)
    expect((await app.inject(await bearer(old.sign))).status).toBe(401)
    await app.close()
  })

  it('refuses tokens while the issuer cannot be reached, says so, and tries again', async () => {
    const pair = await keyPair('EdDSA', 'only')
    issuer.keys = [pair.jwk]
    issuer.status = 503
    const { entries, logger } = recorder()
    const app = createApp({ logger })
    app.get('/', { auth: jwt({ algorithms: ['EdDSA'], jwksUrl: url }) }, (ctx) => ({ sub: ctx.auth.sub }))
    expect((await app.inject(await bearer(pair.sign))).status).toBe(401)
    expect(entries).toMatchObject([{ level: 'warn', fields: { url }, message: expect.stringContaining('tried again') }])
    issuer.status = 200
    await expect.poll(async () => (await app.inject(await bearer(pair.sign))).status, { timeout: 5_000 }).toBe(200)
    await app.close()
  })

  it('does not take shared or private keys from a published set', async () => {
    const pair = await keyPair('RS256', 'a')
    issuer.keys = [{ kty: 'oct', k: Buffer.from('x'.repeat(32)).toString('base64url'), kid: 'shared' }, pair.jwk]
    const app = createApp()
    app.get('/', { auth: jwt({ algorithms: ['RS256'], jwksUrl: url }) }, () => ({ ok: true }))
    const forged = await new SignJWT({ sub: 'x' })
      .setProtectedHeader({ alg: 'HS256', kid: 'shared' })
      .setExpirationTime('5m')
      .sign(Buffer.from('x'.repeat(32)))
    expect((await app.inject({ url: '/', headers: { authorization: `Bearer ${forged}` } })).status).toBe(401)
    expect((await app.inject(await bearer(pair.sign))).status).toBe(200)
    await app.close()
  })

  it('stops asking when the application is closed', async () => {
    const app = createApp()
    app.get('/', { auth: jwt({ algorithms: ['RS256'], jwksUrl: url, jwksRefresh: 1 }) }, () => ({ ok: true }))
    await app.inject({ url: '/' })
    await app.close()
    const { asked } = issuer
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(issuer.asked).toBe(asked)
  })

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'] as const)(
    'verifies %s with one public key, and no other key',
    async (alg) => {
      const [pair, other] = [await keyPair(alg, 'a'), await keyPair(alg, 'a')]
      const app = createApp()
      app.get('/', { auth: jwt({ algorithms: [alg], publicKey: pair.jwk as { kty: string } }) }, (ctx) => ({
        sub: ctx.auth.sub,
      }))
      expect((await app.inject(await bearer(pair.sign))).status).toBe(200)
      expect((await app.inject(await bearer(other.sign))).status).toBe(401)
      await app.close()
    },
  )
})
