import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../../scripts/root.mjs'
import { execute, type Outcome } from '../fixtures/commands.ts'

const workspaces = ['generator', 'native-core', 'native-core/npm/linux-x64-gnu', 'e2e']

/** As little of a clone as `npm start` looks at before it builds anything. */
const parts = ['scripts', 'package.json', 'package-lock.json', ...workspaces.map((folder) => `${folder}/package.json`)]

let clone: string

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'bolt-start-'))
  for (const part of parts) cpSync(join(root, part), join(clone, part), { recursive: true })
})

afterEach(() => {
  rmSync(clone, { recursive: true, force: true })
})

function start(args: string[], env: NodeJS.ProcessEnv = {}, node: string[] = []): Promise<Outcome> {
  return execute(process.execPath, [...node, join(clone, 'scripts', 'start.mjs'), '--yes', ...args], {
    cwd: clone,
    env,
  })
}

/** A PATH that holds these programs and nothing else. */
function pathOf(...programs: string[]): string {
  const folder = join(clone, 'bin')
  mkdirSync(folder)
  for (const program of programs) {
    const place = (process.env.PATH ?? '').split(delimiter).map((it) => join(it, program))
    symlinkSync(place.find((it) => existsSync(it)) ?? program, join(folder, program))
  }
  return folder
}

describe('npm start, when something is missing, says what and how to mend it', () => {
  it('a Node that is too old', async () => {
    const pretend = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.19.0'})"
    const outcome = await start([], {}, ['--import', pretend])
    expect(outcome.stderr).toMatch(/✗ Node 18\.19\.0 is too old\.\n.*>=20\.20.*\n→ /)
    expect(outcome.code).toBe(1)
  })

  it('no network', async () => {
    const nowhere = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: join(clone, 'cache') }
    const outcome = await start([], { ...nowhere, npm_config_fetch_retries: '0' })
    expect(outcome.stderr).toMatch(/✗ A package registry cannot be reached\.\n.*\n→ /)
    expect(outcome.code).toBe(1)
  })

  it('no cargo', async () => {
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
    const outcome = await start([], { PATH: pathOf('node', 'npm', 'sh') })
    expect(outcome.stderr).toMatch(/✗ cargo, .* was not found.*\n.*\n→ Install Rust/)
    expect(outcome.code).toBe(1)
  })

  it('no C compiler', async () => {
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
    const outcome = await start([], { PATH: pathOf('node', 'npm', 'sh', 'cargo') })
    expect(outcome.stderr).toMatch(/✗ There is no C compiler \(cc\)\.\n.*\n→ .*build-essential/)
    expect(outcome.code).toBe(1)
  })

  it('a port that is taken', async () => {
    const server = createServer()
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    const outcome = await start([], { PORT: port })
    server.close()
    expect(outcome.stderr).toMatch(new RegExp(`✗ Port ${port} is taken\\.\\n.*\\n→ .*PORT=`))
    expect(outcome.code).toBe(1)
  })
})
