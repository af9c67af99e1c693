import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { choosePort, serveProject } from '../../scripts/project.mjs'
import { chromiumPath, openBrowser } from '../fixtures/browser.ts'

/** What the page got from the application, read inside the page so that cookies and CORS are the browser's. */
interface Answer {
  status: number
  body: unknown
}

describe('the api blueprint in a real browser', () => {
  const account = { name: 'Ada', email: `ada-${Date.now()}@example.com`, password: 'correct horse battery' }
  let app: Awaited<ReturnType<typeof serveProject>>
  let port: number
  let browser: Browser | undefined
  let context: BrowserContext
  let page: Page
  const outside: string[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    if (chromiumPath === undefined) return
    port = await choosePort({ asked: '0', preferred: 0 })
    app = await serveProject({ folder: inject('api'), port, show: false })
    browser = await openBrowser()
    context = await browser.newContext()
    await context.route('**', (route) => {
      if (new URL(route.request().url()).host === `127.0.0.1:${port}`) return route.continue()
      outside.push(route.request().url())
      return route.abort()
    })
    page = await context.newPage()
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
  })

  afterAll(async () => {
    await browser?.close()
    await app?.stop()
  })

  /** Asks the application from inside the page. */
  function ask(method: string, path: string, body?: unknown): Promise<Answer> {
    return page.evaluate(
      async ({ method, path, body }) => {
        const json =
          body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
        const answer = await fetch(path, { method, ...json })
        const text = await answer.text()
        return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
      },
      { method, path, body },
    )
  }

  it('shows the API docs without asking anybody else and without an error in the console', async (test) => {
    if (chromiumPath === undefined) test.skip('missing program: chromium')
    const answer = await page.goto(`${app.url}/docs`)
    expect(answer?.status()).toBe(200)
    await page.getByText('/api/notes').first().waitFor()
    expect(outside).toEqual([])
    expect(complaints).toEqual([])
  })

  it('refuses notes to a visitor', async (test) => {
    if (chromiumPath === undefined) test.skip('missing program: chromium')
    expect((await ask('GET', '/api/notes')).status).toBe(401)
  })

  it('signs up, signs out, and signs in again', async (test) => {
    if (chromiumPath === undefined) test.skip('missing program: chromium')
    expect((await ask('POST', '/api/auth/sign-up/email', account)).status).toBe(200)
    expect((await ask('POST', '/api/auth/sign-out', {})).status).toBe(200)
    expect((await ask('GET', '/api/notes')).status).toBe(401)
    const { email, password } = account
    expect((await ask('POST', '/api/auth/sign-in/email', { email, password })).status).toBe(200)
    expect((await context.cookies()).every(({ httpOnly }) => httpOnly)).toBe(true)
  })

  it('creates a note and reads it, also after a restart', async (test) => {
    if (chromiumPath === undefined) test.skip('missing program: chromium')
    const created = await ask('POST', '/api/notes', { title: 'From a browser', body: 'with a session cookie' })
    expect(created.status).toBe(201)
    const { id } = created.body as { id: string }
    await app.stop()
    app = await serveProject({ folder: inject('api'), port, show: false })
    const read = await ask('GET', `/api/notes/${id}`)
    expect(read).toMatchObject({ status: 200, body: { title: 'From a browser' } })
    expect(JSON.stringify((await ask('GET', '/api/notes')).body)).toContain('From a browser')
  })
})
