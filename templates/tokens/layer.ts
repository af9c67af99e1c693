import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'tokens',
  about: 'JSON Web Tokens for machine clients, verified in Rust',
  when: { tokens: 'jwt' },
  after: ['base', 'sessions'],
  dependencies: ['jose'],
  scripts: {
    token: { run: 'tsx -C development src/tokens/issue.ts', about: 'issues a token for a machine client' },
  },
  env: [
    {
      key: 'TOKEN_KEYS',
      about: 'Keys that sign tokens, newest first, separated by commas: 32 random bytes each, as base64url.',
      example: '',
      schema: 'z\n    .string()\n    .regex(/^[\\w-]{43}(,[\\w-]{43})*$/)\n    .transform(list)',
      secret: true,
    },
    {
      key: 'TOKEN_ISSUER',
      about: 'Who issues tokens and for whom: both the issuer and the audience in them.',
      example: 'my-app',
      schema: 'z.string().min(1).default(about.name)',
      optional: true,
    },
  ],
  registers: [
    { file: 'src/env.ts', slot: 'settings', lines: [], imports: ["import { about } from './about.ts'"] },
    {
      file: 'src/app.ts',
      slot: 'parts',
      lines: ['const tokens = await createTokens(env)'],
      imports: ["import { createTokens } from '#tokens/access'"],
    },
    {
      file: 'src/app.ts',
      slot: 'routes',
      lines: ['tokenRoutes(app, tokens)'],
      imports: ["import { tokenRoutes } from '#tokens/routes'"],
    },
    {
      file: 'test/settings.ts',
      slot: 'values',
      lines: ["TOKEN_KEYS: 'b25seS1mb3ItdGVzdHMtb25seS1mb3ItdGVzdHMtISE',"],
    },
  ],
  readme: { title: 'Tokens for machine clients', file: 'readme.md.hbs', order: 62 },
})
