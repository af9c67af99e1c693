import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { root } from '../../scripts/root.mjs'
import { create, npm, type Outcome } from '../fixtures/commands.ts'

/** Every command of the README, without its remark. */
const commands = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '')

let folder: string
let project: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bolt-readme-'))
  project = join(folder, 'api')
  cpSync(inject('api'), project, { recursive: true, verbatimSymlinks: true })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a command of the README as far as a test can: questions get their defaults, packages come from the test registry. */
async function follow(command: string, place: string): Promise<Outcome> {
  const words = command.split(/\s+/)
  if (command.startsWith('npm create bolt-app')) {
    const rest = words.slice(3).filter((word) => word !== '--')
    return create([...rest, '--yes', '--no-install'], { cwd: place })
  }
  if (command.startsWith('npx bolt ')) return npm(['exec', '--no', '--', ...words.slice(1)], { cwd: project })
  throw new Error(`The README has a command that no test runs: ${command}`)
}

describe('the README', () => {
  it('begins with npm start and npm test, which other tests run', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(commands.slice(0, 2)).toEqual(['npm start', 'npm test'])
    expect(scripts).toMatchObject({ start: 'node scripts/start.mjs', test: 'node scripts/test.mjs' })
  })

  it.each(commands.slice(2))('has a command that works: %s', async (command) => {
    const outcome = await follow(command, mkdtempSync(join(folder, 'new-')))
    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0)
  })

  it.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/README.md', 'docs/upgrading.md'])(
    'and %s link only to what is there',
    (page) => {
      const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(
        ([, path = '']) => path,
      )
      expect(links.filter((path) => !existsSync(join(root, dirname(page), path)))).toEqual([])
    },
  )
})
