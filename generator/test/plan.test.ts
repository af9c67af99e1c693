import { describe, expect, it } from 'vitest'
import type { LoadedLayer } from '../src/layer.ts'
import { planProject } from '../src/plan.ts'
import { answersWith, thrownBy } from './support/answers.ts'
import { loaded } from './support/layers.ts'

const text = (layers: readonly LoadedLayer[], path: string, answers = answersWith()) => {
  const file = planProject(answers, layers, '1.2.3').files.find((each) => each.path === path)
  return file === undefined ? undefined : new TextDecoder().decode(file.content)
}

const base = loaded(
  { id: 'base', scripts: { dev: { run: 'tsx watch', about: 'starts it' } }, dependencies: ['@bolt-app/core'] },
  { 'src/app.ts.hbs': '{{slots.imports}}\n\nroutes()\n  {{slots.routes}}\n', 'bin/run': '#!/bin/sh\n' },
)

describe('planProject', () => {
  it('takes the layers whose condition holds', () => {
    const docker = loaded({ id: 'docker', when: { docker: true } }, { Dockerfile: 'FROM x\n' })
    expect(text([base, docker], 'Dockerfile')).toBe('FROM x\n')
    expect(text([base, docker], 'Dockerfile', answersWith({ docker: false }))).toBeUndefined()
  })

  it('sorts files by path and gives stable ids, modes and classes', () => {
    const layer = loaded(
      {
        id: 'db',
        family: 'data',
        classes: { 'migrations/': 'append-only', 'migrations/x.json': 'derived' },
        executables: ['run.sh'],
        renamed: { 'b.ts': 'a.ts' },
      },
      { 'run.sh': '', 'b.ts': '', 'migrations/0.sql': '', 'migrations/x.json': '' },
    )
    const files = planProject(answersWith(), [layer], '1.2.3').files.map(
      ({ id, path, mode, class: kind }) => `${path} ${id} ${mode} ${kind}`,
    )
    expect(files).toEqual([
      'b.ts data:a.ts 100644 managed',
      'migrations/0.sql data:migrations/0.sql 100644 append-only',
      'migrations/x.json data:migrations/x.json 100644 derived',
      'package.json model:package.json 100644 structured',
      'run.sh data:run.sh 100755 managed',
    ])
  })

  it('is pure: the same input gives the same bytes', () => {
    const one = planProject(answersWith(), [base], '1.2.3')
    expect(planProject(answersWith(), [base], '1.2.3')).toEqual(one)
  })

  it('fills slots from all layers and sorts what they import', () => {
    const notes = loaded({
      id: 'notes',
      registers: [
        {
          file: 'src/app.ts',
          slot: 'routes',
          lines: ['notes(app)'],
          imports: ["import { notes } from '#notes'", "import { z } from 'zod'"],
        },
        {
          file: 'src/app.ts',
          slot: 'routes',
          lines: ['more()'],
          imports: ["import { more, type Notes } from '#notes'", "import fs from 'node:fs'", "import './x.ts'"],
        },
      ],
    })
    expect(text([base, notes], 'src/app.ts')).toBe(
      "import fs from 'node:fs'\nimport { z } from 'zod'\nimport { more, type Notes, notes } from '#notes'\nimport './x.ts'\n\nroutes()\n  notes(app)\n  more()\n",
    )
  })

  it.each([
    [
      'a slot that is not there',
      { file: 'src/app.ts', slot: 'plugins', lines: ['x'] },
      'Layer stray fills the slot plugins of src/app.ts, which is not there.',
    ],
    [
      'a file that is not there',
      { file: 'src/other.ts', slot: 'routes', lines: ['x'] },
      'Layer stray fills the slot routes of src/other.ts, which is not there.',
    ],
  ])('refuses lines for %s', (_what, registration, message) => {
    const stray = loaded({ id: 'stray', registers: [registration] })
    expect(thrownBy(() => planProject(answersWith(), [base, stray], '1.2.3'))).toMatchObject({
      code: 'layer-invalid',
      message,
    })
  })

  it('refuses a second owner of a path', () => {
    const other = loaded({ id: 'other' }, { 'bin/run': '' })
    expect(thrownBy(() => planProject(answersWith(), [base, other], '1.2.3'))).toMatchObject({
      message: 'bin/run has two owners.',
    })
  })

  it('plans the tasks the answers ask for', () => {
    const env = loaded({ id: 'env', env: [{ key: 'SECRET', about: 'Signs.', example: 'change-me', secret: true }] })
    expect(planProject(answersWith({ git: false, packageManager: 'pnpm' }), [env], '1.2.3').tasks).toEqual([
      { kind: 'env-file', path: '.env', example: '.env.example', secrets: ['SECRET'] },
      { kind: 'install', packageManager: 'pnpm' },
    ])
  })
})
