import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'bench',
  about: 'Load profile with budgets against a bare node:http server',
  when: { bench: true },
  after: ['base'],
  devDependencies: ['@types/autocannon', 'autocannon'],
  scripts: {
    bench: {
      run: 'tsc -p tsconfig.build.json && tsx -C development bench/run.ts',
      about: 'measures the application under load and checks its budgets',
    },
  },
  lists: { '.gitignore': ['bench/results.json'] },
  registers: [
    {
      file: 'bench/run.ts',
      slot: 'before',
      lines: [],
      imports: [
        "import { readFile, writeFile } from 'node:fs/promises'",
        "import { settings } from '#test/settings'",
        "import { measure } from './measure.ts'",
        "import { type Measured, report } from './report.ts'",
        "import { scenarios } from './scenarios.ts'",
        "import { startServer } from './server.ts'",
      ],
    },
    {
      file: 'bench/scenarios.ts',
      slot: 'scenarios',
      lines: [],
      imports: ["import { type Scenario } from './measure.ts'"],
    },
  ],
  readme: { title: 'Load profile', file: 'readme.md.hbs', order: 72 },
})
