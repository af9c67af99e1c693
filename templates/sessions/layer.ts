import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'sessions',
  about: 'Sign-up, sign-in, sign-out and sessions with better-auth, verified by the core',
  when: { auth: 'sessions' },
  after: ['database-postgres', 'database-sqlite'],
  dependencies: ['better-auth'],
  env: [
    {
      key: 'APP_URL',
      about: 'Address under which browsers reach the application. Required in production.',
      example: 'http://localhost:3000',
      schema: "z.url().default('http://localhost:3000').meta({ requiredIn: 'production' })",
    },
    {
      key: 'AUTH_SECRET',
      about: 'Signs the cookies of sessions: at least 32 random characters.',
      example: '',
      schema: 'z.string().min(32)',
      secret: true,
    },
  ],
  lists: { '.gitignore': ['cookies.txt'] },
  registers: [
    { file: 'src/db/schema.ts', slot: 'tables', lines: ["export * from '../auth/tables.ts'"] },
    {
      file: 'src/app.ts',
      slot: 'parts',
      lines: ['const signIn = createSignIn(database.db, env, log)', 'const access = await memberAccess(signIn, env)'],
      imports: ["import { memberAccess } from '#auth/access'", "import { createSignIn } from '#auth/sign-in'"],
    },
    {
      file: 'src/app.ts',
      slot: 'routes',
      lines: ['authRoutes(app, signIn, access)'],
      imports: ["import { authRoutes } from '#auth/routes'"],
    },
    {
      file: 'src/db/seed.ts',
      slot: 'rows',
      lines: [],
      imports: [
        "import { firstUser } from '#auth/first-user'",
        "import { createSignIn } from '#auth/sign-in'",
        "import { openDatabase } from '#db/client'",
        "import { migrate } from '#db/migrations'",
        "import { loadEnv } from '#env'",
        "import { createLog } from '#log'",
      ],
    },
    {
      file: 'test/settings.ts',
      slot: 'values',
      lines: ["AUTH_SECRET: 'only-for-tests-only-for-tests-only-for-tests',", "APP_URL: 'http://localhost',"],
    },
  ],
  readme: { title: 'Sign-in', file: 'readme.md.hbs', order: 60 },
  agents: { title: 'Sign-in', file: 'agents.md', order: 60 },
})
