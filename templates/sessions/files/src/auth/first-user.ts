import { eq } from 'drizzle-orm'
import type { Database } from '#db/client'
import type { SignIn } from './sign-in.ts'
import { users } from './tables.ts'

/** The user that `db:seed` adds; signed up when there is none yet. */
export async function firstUser(db: Database, signIn: SignIn) {
  const user = { name: 'Ada', email: 'ada@example.test', password: 'correct horse battery staple' }
  const find = async () => (await db.select().from(users).where(eq(users.email, user.email)))[0]
  if ((await find()) === undefined) await signIn.api.signUpEmail({ body: user })
  return { ...user, id: (await find())?.id ?? '' }
}
