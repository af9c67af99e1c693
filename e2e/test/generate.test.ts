import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { create, execute, npm, type Outcome } from '../fixtures/commands.ts'

const FIELDS = ['title:string', 'body:text?', 'views:integer', 'rating:number', 'published:boolean']

function expectWell(outcome: Outcome): void {
  expect(outcome.code, `${outcome.stdout.slice(-6000)}\n${outcome.stderr.slice(-6000)}`).toBe(0)
}

describe('bolt generate resource in an installed project', () => {
  const at = { cwd: join(inject('workspace'), 'with-resource') }
  const bolt = (...args: string[]) => npm(['exec', '--no', '--', 'bolt', ...args], at)

  beforeAll(async () => {
    expectWell(await create(['with-resource', '--yes', '--database', 'sqlite'], { cwd: inject('workspace') }))
  })

  it('writes code, a migration and tests that pass the checks of the project', async () => {
    const made = await bolt('generate', 'resource', 'blog-post', ...FIELDS)
    expectWell(made)
    expect(made.stdout).toContain('migration create_blog_posts written')
    expectWell(await npm(['run', 'check'], at))
    expectWell(await bolt('check'))
  })

  it('is taken away by destroy, which leaves a project that passes its checks', async () => {
    const before = readFileSync(join(at.cwd, 'src/app.ts'), 'utf8')
    expect(before).toContain('blogPostsRoutes(app')
    expectWell(await bolt('destroy', 'resource', 'blog-post'))
    const { stdout } = await execute('git', ['status', '--porcelain', '--untracked-files=all'], at)
    const left = stdout.split('\n').filter((line) => line !== '' && !line.includes('src/db/migrations/'))
    expect(left).toEqual([])
    expectWell(await npm(['run', 'check'], at))
  })
})
