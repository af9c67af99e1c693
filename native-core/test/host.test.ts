import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostTarget } from '../../scripts/targets.mjs'

const packageRoot = fileURLToPath(new URL('..', import.meta.url))
const program = `
import { createApp } from '@bolt-app/core'
for (const name of ['one', 'two']) {
  const app = createApp()
  app.get('/', () => ({ host: app.host }))
  const { url } = await app.listen({ port: 0 })
  console.log(await (await fetch(url)).text())
  await app.close()
}
`

interface Ran {
  code: number | null
  out: string
  err: string
}

describe('a project that npm installed without the platform package', () => {
  let project: string

  beforeAll(async () => {
    project = await mkdtemp(path.join(tmpdir(), 'bolt-host-'))
    const scope = path.join(project, 'node_modules', '@bolt-app', 'core')
    await mkdir(scope, { recursive: true })
    for (const name of ['dist', 'package.json'])
      await cp(path.join(packageRoot, name), path.join(scope, name), { recursive: true })
    await writeFile(path.join(project, 'main.mjs'), program)
  })

  afterAll(() => rm(project, { recursive: true }))

  function run(env: NodeJS.ProcessEnv): Promise<Ran> {
    const { BOLT_CORE: _none, ...base } = process.env
    const child = spawn(process.execPath, ['main.mjs'], { cwd: project, env: { ...base, ...env } })
    const ran: Ran = { code: null, out: '', err: '' }
    child.stdout.on('data', (chunk) => {
      ran.out += String(chunk)
    })
    child.stderr.on('data', (chunk) => {
      ran.err += String(chunk)
    })
    return new Promise((resolve) => child.once('close', (code) => resolve({ ...ran, code })))
  }

  it('runs on node:http and says once why and what to do', async () => {
    const { code, out, err } = await run({})
    expect(code, err).toBe(0)
    expect(out).toBe('{"host":"fallback"}\n{"host":"fallback"}\n')
    expect(err.match(/BoltCoreWarning/g)).toHaveLength(1)
    expect(err).toMatch(/@bolt-app\/core-\S+, is not installed/)
    expect(err).toMatch(/→ npm install --save-optional @bolt-app\/core-\S+@\d+\.\d+\.\d+/)
  })

  it('says nothing when the fallback was asked for', async () => {
    expect(await run({ BOLT_CORE: 'fallback' })).toEqual({
      code: 0,
      out: '{"host":"fallback"}\n{"host":"fallback"}\n',
      err: '',
    })
  })

  it('says what is wrong with a binary that does not load', async () => {
    const { name } = platformPackage()
    const folder = path.join(project, 'node_modules', ...name.split('/'))
    await mkdir(folder, { recursive: true })
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'broken.node' }))
    await writeFile(path.join(folder, 'broken.node'), 'this is no library')
    const { code, err, out } = await run({})
    expect(code).toBe(0)
    expect(out).toContain('fallback')
    expect(err).toMatch(/could not be loaded: .*broken\.node/)
    await rm(folder, { recursive: true })
  })

  it('runs on the engine once the package is there', async () => {
    const { name, folder } = platformPackage()
    await symlink(folder, path.join(project, 'node_modules', ...name.split('/')))
    expect(await run({})).toEqual({ code: 0, out: '{"host":"native"}\n{"host":"native"}\n', err: '' })
  })
})

function platformPackage(): { name: string; folder: string } {
  const target = hostTarget()
  if (!target) throw new Error(`there is no native core for ${process.platform} ${process.arch}`)
  return { name: target.packageName, folder: target.folder }
}
