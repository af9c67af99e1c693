import type { App } from '@bolt-app/core'

export interface Member {
  readonly email: string
  readonly password: string
  /** Value of the Cookie header. */
  readonly cookie: string
}

let count = 0

/** Somebody who has just signed up. */
export async function signUp(app: App): Promise<Member> {
  const email = `member-${++count}@example.test`
  const password = 'a long enough password'
  const response = await app.inject({
    method: 'POST',
    url: '/api/auth/sign-up/email',
    json: { name: 'Member', email, password },
  })
  if (response.status !== 200) throw new Error(`sign-up answered ${response.status}: ${response.text()}`)
  return { email, password, cookie: cookiesOf(response.headers) }
}

/** Cookies a browser would send back. */
export function cookiesOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}
