import { randomUUID } from 'node:crypto'
import { settings } from '#test/settings'

/** Signs somebody up; returns the Cookie header of their requests. */
export async function signUp(url: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: settings.APP_URL },
    body: JSON.stringify({ name: 'Load', email: `${randomUUID()}@example.test`, password: randomUUID() }),
  })
  if (!response.ok) throw new Error(`sign-up answered ${response.status}: ${await response.text()}`)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}
