import type { App } from './app.ts'
import type { InjectOptions, InjectResponse } from './inject.ts'

/** A request of the test client: what `inject` takes, without method and url. */
export type TestRequest = Omit<InjectOptions, 'method' | 'url'>

/** Asks an application as a browser would: cookies are kept from one answer to the next request. */
export interface TestClient {
  get(url: string, request?: TestRequest): Promise<InjectResponse>
  post(url: string, request?: TestRequest): Promise<InjectResponse>
  put(url: string, request?: TestRequest): Promise<InjectResponse>
  patch(url: string, request?: TestRequest): Promise<InjectResponse>
  delete(url: string, request?: TestRequest): Promise<InjectResponse>
  request(options: InjectOptions): Promise<InjectResponse>
  /** Cookies as the client would send them now. */
  cookies: Map<string, string>
}

/**
 * Makes a client for tests; it goes through `app.inject`, that is through the same code as a socket.
 * @param defaults headers of every request
 * @example
 * const client = testClient(app)
 * const answer = await client.post('/notes', { json: { title: 'a' } })
 * expect(answer.status).toBe(201)
 */
export function testClient(
  app: Pick<App, 'inject'>,
  defaults: { headers?: InjectOptions['headers'] } = {},
): TestClient {
  const cookies = new Map<string, string>()
  const request = async (options: InjectOptions): Promise<InjectResponse> => {
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(jar === '' ? {} : { cookie: jar }), ...defaults.headers, ...options.headers }
    const response = await app.inject({ ...options, headers })
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line)
    return response
  }
  const by =
    (method: string) =>
    (url: string, options: TestRequest = {}): Promise<InjectResponse> =>
      request({ ...options, method, url })
  return {
    get: by('GET'),
    post: by('POST'),
    put: by('PUT'),
    patch: by('PATCH'),
    delete: by('DELETE'),
    request,
    cookies,
  }
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const end = pair.indexOf('=')
  const name = pair.slice(0, end)
  const isGone = attributes.some((attribute) => {
    const [key = '', value = ''] = attribute.split('=')
    if (key.toLowerCase() === 'max-age') return Number(value) <= 0
    return key.toLowerCase() === 'expires' && Date.parse(value) <= Date.now()
  })
  if (isGone) cookies.delete(name)
  else cookies.set(name, pair.slice(end + 1))
}
