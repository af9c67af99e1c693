import { defineBlueprint } from '../generator/src/blueprint.ts'

export default defineBlueprint({
  id: 'api',
  label: 'API',
  description: 'Database, sign-in, tokens, notes example, Docker, CI, load profile',
  answers: {
    database: 'postgres',
    auth: 'sessions',
    tokens: 'jwt',
    example: 'notes',
    docker: true,
    ci: 'github',
    bench: true,
  },
})
