import { defineLayer } from '../../generator/src/layer.ts'
import { tools } from '../../generator/src/versions.ts'

const checkOut = { name: 'Check out', uses: 'actions/checkout', with: { 'persist-credentials': false } }
const node = { name: 'Set up Node', uses: 'actions/setup-node' }

export default defineLayer({
  id: 'ci-github',
  about: 'GitHub workflow: lint, types, tests, build, audit, drift from the template',
  when: { ci: 'github' },
  after: ['base'],
  workflow: {
    path: '.github/workflows/ci.yaml',
    name: 'CI',
    on: { push: { branches: ['main'] }, pull_request: null },
    permissions: { contents: 'read' },
    job: 'check',
    settings: { 'runs-on': 'ubuntu-24.04', 'timeout-minutes': 20 },
    setup: {
      npm: [
        checkOut,
        { ...node, with: { 'node-version': tools.node, cache: 'npm' } },
        { name: 'Install', run: 'npm ci --ignore-scripts' },
      ],
      pnpm: [
        checkOut,
        { ...node, with: { 'node-version': tools.node } },
        { name: 'Install pnpm', run: `npm install --global pnpm@${tools.pnpm}` },
        { name: 'Install', run: 'pnpm install --frozen-lockfile --ignore-scripts' },
      ],
    },
  },
  ci: [
    { name: 'Format and lint', script: 'lint' },
    { name: 'Types', script: 'typecheck' },
    { name: 'Tests', script: 'test' },
    { name: 'Build', script: 'build' },
    { name: 'Nothing half-merged from the template', run: 'node_modules/.bin/bolt check' },
  ],
  readme: { title: 'Continuous integration', file: 'readme.md', order: 84 },
})
