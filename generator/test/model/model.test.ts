import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { LoadedLayer } from '../../src/layer.ts'
import { planProject } from '../../src/plan.ts'
import { answersWith, thrownBy } from '../support/answers.ts'
import { loaded } from '../support/layers.ts'

const plan = (layers: readonly LoadedLayer[], values: Record<string, unknown> = {}) =>
  planProject(answersWith(values), layers, '1.2.3')
const text = (layers: readonly LoadedLayer[], path: string, values: Record<string, unknown> = {}) => {
  const file = plan(layers, values).files.find((each) => each.path === path)
  return new TextDecoder().decode(file?.content)
}

describe('package.json', () => {
  const scripts = loaded({
    id: 'a',
    packageJson: { type: 'module', imports: { '#a': './a.ts' } },
    scripts: { lint: { run: 'biome check' }, test: { run: 'vitest run' }, check: { sequence: ['lint', 'test'] } },
    dependencies: ['@bolt-app/core'],
    devDependencies: ['create-bolt-app'],
  })
  const joining = loaded({
    id: 'b',
    packageJson: { imports: { '#b': './b.ts' } },
    scripts: { 'db:check': { run: 'drizzle-kit check', joins: 'check' } },
  })

  it('merges what the layers declare and pins our own version', () => {
    expect(JSON.parse(text([scripts, joining], 'package.json', { license: 'MIT', author: 'Ann' }))).toEqual({
      name: 'my-app',
      version: '0.1.0',
      private: true,
      description: 'A TypeScript backend on a Rust HTTP core',
      author: 'Ann',
      license: 'MIT',
      type: 'module',
      imports: { '#a': './a.ts', '#b': './b.ts' },
      scripts: {
        lint: 'biome check',
        test: 'vitest run',
        check: 'npm run lint && npm test && npm run db:check',
        'db:check': 'drizzle-kit check',
      },
      dependencies: { '@bolt-app/core': '1.2.3' },
      devDependencies: { 'create-bolt-app': '1.2.3' },
    })
  })

  it('calls scripts in the words of the package manager', () => {
    expect(JSON.parse(text([scripts], 'package.json', { packageManager: 'pnpm' })).scripts.check).toBe(
      'pnpm lint && pnpm test',
    )
  })

  it.each([
    [
      'two owners of a script',
      [scripts, loaded({ id: 'c', scripts: { lint: { run: 'x' } } })],
      'The script lint has two owners.',
    ],
    [
      'a call of a script nobody has',
      [loaded({ id: 'c', scripts: { check: { sequence: ['lint'] } } })],
      'A script calls lint, which no active layer has.',
    ],
    [
      'a package without a version',
      [loaded({ id: 'c', dependencies: ['left-pad-of-nobody'] })],
      'left-pad-of-nobody has no version in versions.ts.',
    ],
    [
      'two values for one key',
      [scripts, loaded({ id: 'c', packageJson: { type: 'commonjs' } })],
      'Two layers disagree on package.json.type.',
    ],
  ])('refuses %s', (_what, layers, message) => {
    expect(thrownBy(() => plan(layers))).toMatchObject({ code: 'layer-invalid', message })
  })
})

describe('line-wise files', () => {
  it('.env.example names every setting with what it is for', () => {
    const env = loaded({
      id: 'a',
      env: [
        { key: 'PORT', about: 'Port.', example: '3000' },
        { key: 'URL', about: 'Elsewhere.', example: 'x://y', optional: true },
      ],
    })
    expect(text([env], '.env.example')).toBe('# Port.\nPORT=3000\n\n# Elsewhere.\n# URL=x://y\n')
  })

  it('.gitignore has each line once, in layer order', () => {
    const one = loaded({ id: 'a', lists: { '.gitignore': ['node_modules/', '.env'] } })
    const two = loaded({ id: 'b', lists: { '.gitignore': ['.env', 'data/'], '.dockerignore': ['.git'] } })
    expect(text([one, two], '.gitignore')).toBe('node_modules/\n.env\ndata/\n')
    expect(text([one, two], '.dockerignore')).toBe('.git\n')
  })
})

describe('compose file', () => {
  const app = loaded({
    id: 'docker',
    when: { docker: true },
    composeFile: 'compose.yaml',
    services: { app: { build: '.', environment: { PORT: '3000' } } },
  })
  const db = loaded({
    id: 'db',
    services: { app: { environment: { DATABASE_URL: 'x' } }, postgres: { image: 'postgres:17', ports: ['5432:5432'] } },
    volumes: { data: null },
  })

  it('merges the services of all layers', () => {
    expect(parse(text([app, db], 'compose.yaml', { name: '@acme/shop.x' }))).toEqual({
      name: 'acme-shop-x',
      services: {
        app: { build: '.', environment: { PORT: '3000', DATABASE_URL: 'x' } },
        postgres: { image: 'postgres:17', ports: ['5432:5432'] },
      },
      volumes: { data: null },
    })
  })

  it('is not written when no layer wants it', () => {
    expect(plan([app, db], { docker: false }).files.map(({ path }) => path)).toEqual(['package.json'])
  })
})

describe('workflow', () => {
  const ci = loaded({
    id: 'ci',
    workflow: {
      path: '.github/workflows/ci.yml',
      name: 'ci',
      on: { push: null },
      job: 'check',
      settings: { 'runs-on': 'ubuntu-24.04' },
      setup: { npm: [{ name: 'Install', run: 'npm ci' }], pnpm: [{ name: 'Install', run: 'pnpm install' }] },
    },
    ci: [{ name: 'Lint', script: 'lint', env: { TOKEN: '${{ secrets.TOKEN }}' } }],
  })

  it('puts the steps of all layers into one job, expressions untouched', () => {
    const yaml = text(
      [ci, loaded({ id: 'db', ci: [{ name: 'Migrate', run: 'x' }], ciJobs: { image: { 'runs-on': 'y' } } })],
      '.github/workflows/ci.yml',
      {
        packageManager: 'pnpm',
      },
    )
    expect(parse(yaml).jobs).toEqual({
      check: {
        'runs-on': 'ubuntu-24.04',
        steps: [
          { name: 'Install', run: 'pnpm install' },
          { name: 'Lint', env: { TOKEN: '${{ secrets.TOKEN }}' }, run: 'pnpm lint' },
          { name: 'Migrate', run: 'x' },
        ],
      },
      image: { 'runs-on': 'y' },
    })
  })

  it('refuses an action without a pinned version', () => {
    const layer = loaded({ id: 'x', ci: [{ name: 'X', uses: 'nobody/nothing' }] })
    expect(thrownBy(() => plan([ci, layer]))).toMatchObject({
      message: 'The action nobody/nothing has no version in versions.ts.',
    })
  })
})

describe('README.md and AGENTS.md', () => {
  it('have a head, the commands and the sections in order', () => {
    const layer = loaded(
      {
        id: 'a',
        scripts: { dev: { run: 'x', about: 'starts it' }, hidden: { run: 'y' } },
        readme: [
          { title: 'Later', file: 'later.md' },
          { title: 'Start', file: 'start.md.hbs', order: 10 },
        ],
        agents: { title: 'Rules', file: 'later.md' },
      },
      {},
      { 'later.md': 'text\n', 'start.md.hbs': 'Run `{{pm.run}} dev` in {{name}}.' },
    )
    expect(text([layer], 'README.md')).toBe(
      '# my-app\n\nA TypeScript backend on a Rust HTTP core\n\n## Start\n\nRun `npm run dev` in my-app.\n\n## Commands\n\n| command | does |\n|---|---|\n| `npm run dev` | starts it |\n\n## Later\n\ntext\n',
    )
    expect(text([layer], 'AGENTS.md')).toContain('## Rules\n\ntext\n')
  })
})
