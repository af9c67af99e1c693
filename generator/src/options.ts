/**
 * THE option table. Flags, prompts, validation, help, the JSON schema, the recreate command, the template context, the documentation and the
 * test matrix are all derived from these rows. Adding an option is one row here, one layer, one test row.
 */

import { type AnswersOf, defineOptions } from './option.ts'
import { checkPackageName, packageNameFrom } from './package-name.ts'

export const options = defineOptions({
  name: {
    kind: 'text',
    section: 'Project',
    ask: 'Project name',
    help: 'Name of the package and, unless another is given, of its folder.',
    default: (_answers, context) => packageNameFrom(context.folder) ?? 'my-app',
    check: checkPackageName,
    pattern: '^(?:@[a-z0-9~][a-z0-9._~-]*/)?[a-z0-9~][a-z0-9._~-]*$',
  },
  description: {
    kind: 'text',
    section: 'Project',
    ask: 'Description',
    help: 'One line for package.json and the README.',
    default: 'A TypeScript backend on a Rust HTTP core',
  },
  author: {
    kind: 'text',
    section: 'Project',
    ask: 'Author',
    help: 'Name and e-mail address for package.json and the licence; may be empty.',
    default: (_answers, context) => context.author ?? '',
  },
  license: {
    kind: 'one',
    section: 'Project',
    ask: 'Licence',
    help: 'Licence of the project, written as LICENSE and into package.json.',
    default: 'UNLICENSED',
    choices: [
      { value: 'UNLICENSED', hint: 'all rights reserved' },
      { value: 'MIT' },
      { value: 'BSD-3-Clause' },
      { value: 'Apache-2.0' },
      { value: 'GPL-3.0' },
    ],
  },
  packageManager: {
    kind: 'one',
    section: 'Project',
    ask: 'Package manager',
    help: 'Decides the lockfile, the scripts, the CI cache and the Dockerfile.',
    default: (_answers, context) => (context.packageManager === 'pnpm' ? 'pnpm' : 'npm'),
    choices: [{ value: 'npm' }, { value: 'pnpm' }],
  },
  database: {
    kind: 'one',
    section: 'Data',
    ask: 'Database',
    help: 'Drizzle ORM with migrations on this database.',
    restartsMigrations: true,
    default: 'postgres',
    choices: [
      { value: 'postgres', hint: 'embedded in development, nothing to install' },
      { value: 'sqlite', hint: 'one file, run by Rust' },
      { value: 'none', hint: 'no data layer' },
    ],
  },
  auth: {
    kind: 'one',
    section: 'Users',
    ask: 'Sign-in',
    help: 'Sign-up, sign-in, sign-out and sessions with better-auth.',
    default: ({ database }) => (database === 'none' ? 'none' : 'sessions'),
    choices: [{ value: 'sessions', hint: 'better-auth, users in the database' }, { value: 'none' }],
  },
  tokens: {
    kind: 'one',
    section: 'Users',
    ask: 'Tokens for machine clients',
    help: 'JSON Web Tokens that the Rust core verifies without entering JavaScript.',
    default: 'jwt',
    choices: [{ value: 'jwt', hint: 'verified in Rust' }, { value: 'none' }],
  },
  example: {
    kind: 'one',
    section: 'Code',
    ask: 'Worked example',
    help: 'A feature to read and copy: user-owned, paginated notes with tests.',
    default: ({ database, auth }) => (database === 'none' || auth === 'none' ? 'none' : 'notes'),
    choices: [{ value: 'notes', hint: 'a feature with table, routes, service and tests' }, { value: 'none' }],
  },
  docker: {
    kind: 'yesno',
    section: 'Operations',
    ask: 'Dockerfile and compose file?',
    help: 'A multi-stage, non-root image with a health check, and a compose file with the services.',
    default: true,
  },
  ci: {
    kind: 'one',
    section: 'Operations',
    ask: 'Continuous integration',
    help: 'A workflow that lints, type-checks, tests, builds and runs `bolt check`.',
    default: 'github',
    choices: [{ value: 'github', hint: 'GitHub Actions' }, { value: 'none' }],
  },
  bench: {
    kind: 'yesno',
    section: 'Operations',
    ask: 'Load profile with budgets?',
    help: '`bench`: measures the running application against a bare node:http server and fails on a broken budget.',
    default: true,
  },
  git: {
    kind: 'yesno',
    section: 'Operations',
    ask: 'Start a git repository?',
    help: 'Runs `git init` and makes the first commit, unless the folder is inside a repository.',
    default: true,
  },
})

/** One complete set of answers, as the table asks for them. */
export type Answers = AnswersOf<typeof options>
export type OptionId = keyof Answers
