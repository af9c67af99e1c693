import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostTarget, targets } from '../../scripts/targets.mjs'
import manifest from '../package.json' with { type: 'json' }

const coreVersion = manifest.version
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

  /** Puts a package in the place of a platform's, with one file in it. */
  async function place(name: string, main: string, content: string | Uint8Array): Promise<() => Promise<void>> {
    const folder = path.join(project, 'node_modules', ...name.split('/'))
    await mkdir(folder, { recursive: true })
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name, version: '0.0.0', main }))
    await writeFile(path.join(folder, main), content)
    return () => rm(folder, { recursive: true })
  }

  it('says what is wrong with a binary that does not load', async () => {
    const remove = await place(platformPackage().name, 'broken.node', 'this is no library')
    const { code, err, out } = await run({})
    expect(code).toBe(0)
    expect(out).toContain('fallback')
    expect(err).toMatch(/could not be loaded: .*broken\.node/)
    await remove()
  })

  it.skipIf(process.platform !== 'linux')('says so of one whose file is for another processor', async () => {
    const { name, file } = platformPackage()
    const bytes = await readFile(file)
    // e_machine of the ELF header: one of the processors that there is no Node for.
    bytes.writeUInt16LE(2, 18)
    const remove = await place(name, 'other.node', bytes)
    const { out, err } = await run({})
    expect(out).toContain('fallback')
    expect(err).toMatch(/could not be loaded: .*other\.node/)
    expect(err).toMatch(/→ npm install --force @bolt-app\/core@\d/)
    await remove()
  })

  it('says that node_modules is that of another platform when only its package is there', async () => {
    const other = targets.find(({ packageName }) => packageName !== platformPackage().name)?.packageName ?? ''
    const remove = await place(other, 'other.node', 'never loaded')
    const { out, err } = await run({})
    expect(out).toContain('fallback')
    expect(err).toContain(`is not installed, but ${other} is`)
    expect(err).toMatch(/→ npm ci /)
    await remove()
  })

  it.each([
    ['another version', `exports.version = '0.0.1'`, '0.0.1'],
    ['a version that does not say which', '', 'unknown'],
  ])('refuses an engine of %s', async (_what, source, version) => {
    const { name } = platformPackage()
    const remove = await place(name, 'engine.js', source)
    const { out, err } = await run({})
    expect(out).toContain('fallback')
    expect(err).toMatch(
      new RegExp(`native engine ${name} is of version ${version}, but @bolt-app/core of ${coreVersion}: they work`),
    )
    expect(err).toContain(`→ npm install --save-exact @bolt-app/core@${coreVersion} `)
    await remove()
  })

  it('runs on the engine once the package is there', async () => {
    const { name, folder } = platformPackage()
    await symlink(folder, path.join(project, 'node_modules', ...name.split('/')))
    expect(await run({})).toEqual({ code: 0, out: '{"host":"native"}\n{"host":"native"}\n', err: '' })
  })
})

function platformPackage(): { name: string; folder: string; file: string } {
  const target = hostTarget()
  if (!target) throw new Error(`there is no native core for ${process.platform} ${process.arch}`)
  return { name: target.packageName, folder: target.folder, file: target.file }
}
