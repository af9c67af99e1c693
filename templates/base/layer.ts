import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'base',
  about: 'The application on the core: composition, settings, logs, health, documentation, typed client, tests, tools',
  after: ['server-direct', 'server-postgres'],
  dependencies: ['@bolt-app/core', 'pino', 'zod'],
  devDependencies: [
    '@biomejs/biome',
    '@types/node',
    'create-bolt-app',
    'openapi-fetch',
    'openapi-typescript',
    'pino-pretty',
    'tsx',
    'typescript',
    'vitest',
  ],
  packageJson: {
    type: 'module',
    engines: { node: '>=20.20' },
    imports: {
      '#test/*': './test/*.ts',
      '#*': { types: './src/*.ts', development: './src/*.ts', default: './dist/*.js' },
    },
  },
  scripts: {
    build: {
      run: `node -e "fs.rmSync('dist', { recursive: true, force: true })" && tsc -p tsconfig.build.json`,
      about: 'compiles to `dist/`',
    },
    test: { run: 'vitest run', about: 'runs the tests' },
    check: { sequence: ['lint', 'typecheck', 'test'], about: 'everything that must hold before a commit' },
    lint: { run: 'biome check .' },
    format: { run: 'biome check --write .', about: 'formats, sorts imports, fixes what can be fixed' },
    typecheck: { run: 'tsc' },
    routes: { run: 'tsx -C development scripts/routes.ts', about: 'lists every route' },
    openapi: {
      run: 'tsx -C development scripts/openapi.ts',
      about: 'writes the OpenAPI document and the types of the client',
    },
  },
  env: [
    {
      key: 'NODE_ENV',
      about: 'production writes logs as JSON and refuses to start with incomplete settings.',
      example: 'development',
      schema: "z.enum(['development', 'test', 'production']).default('development')",
      optional: true,
    },
    {
      key: 'HOST',
      about: 'Address to listen on; 0.0.0.0 lets other machines in, as a container needs.',
      example: '127.0.0.1',
      schema: "z.string().default('127.0.0.1')",
    },
    {
      key: 'PORT',
      about: 'Port to listen on; 0 takes a free one.',
      example: '3000',
      schema: 'z.coerce.number().int().min(0).max(65535).default(3000)',
    },
    {
      key: 'LOG_LEVEL',
      about: 'Least severe log lines that are written: trace, debug, info, warn, error, fatal or silent.',
      example: 'info',
      schema: "z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info')",
    },
    {
      key: 'TRUSTED_PROXIES',
      about:
        'Addresses or CIDR blocks of proxies in front, separated by commas; only theirs is X-Forwarded-For believed.',
      example: '10.0.0.0/8',
      schema: 'z.string().transform(list).default([])',
      optional: true,
    },
  ],
  lists: {
    '.gitignore': [
      'node_modules/',
      'dist/',
      'coverage/',
      '*.log',
      '.env',
      '.bolt/txn/',
      'client/openapi.json',
      'client/schema.d.ts',
    ],
  },
  registers: [
    {
      file: 'src/env.ts',
      slot: 'settings',
      lines: [],
      imports: ["import { z } from 'zod'", "import { loadEnvFile } from './env-file.ts'"],
    },
    {
      file: 'src/app.ts',
      slot: 'routes',
      lines: ['healthRoutes(app, checks)'],
      imports: [
        "import { type App, createApp } from '@bolt-app/core'",
        "import { about } from '#about'",
        "import { type Env } from '#env'",
        "import { type Checks, healthRoutes } from '#health'",
        "import { createLog } from '#log'",
      ],
    },
    {
      file: 'src/server.ts',
      slot: 'prepare',
      lines: [],
      imports: [
        "import { buildApp } from '#app'",
        "import { loadEnv } from '#env'",
        "import { createLog } from '#log'",
      ],
    },
    {
      file: 'test/app.ts',
      slot: 'before',
      lines: [],
      imports: [
        "import { type App } from '@bolt-app/core'",
        "import { afterAll } from 'vitest'",
        "import { buildApp } from '#app'",
        "import { parseEnv } from '#env'",
        "import { settings } from './settings.ts'",
      ],
    },
  ],
  readme: [
    { title: 'Start', file: 'start.md.hbs', order: 10 },
    { title: 'Map', file: 'map.md', order: 30 },
    { title: 'Settings', file: 'settings.md', order: 40 },
    { title: 'API, documentation and typed client', file: 'api.md.hbs', order: 42 },
    { title: 'Health and logs', file: 'operations.md', order: 44 },
    { title: 'Deploy', file: 'deploy.md.hbs', order: 80 },
    { title: 'Upgrade', file: 'upgrade.md.hbs', order: 90 },
  ],
  agents: [
    { title: 'Rules', file: 'agents-rules.md.hbs', order: 10 },
    { title: 'Map', file: 'map.md', order: 30 },
    { title: 'How to add a feature', file: 'agents-feature.md.hbs', order: 40 },
  ],
  next: [{ script: 'dev', about: 'starts the application and reloads it on changes' }],
  classes: { 'tsconfig.json': 'structured', 'tsconfig.build.json': 'structured', 'biome.json': 'structured' },
})
