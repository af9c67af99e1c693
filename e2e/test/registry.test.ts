import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { cleanEnv, npm, npmConfig } from '../../scripts/npm.mjs'
import { pack } from '../../scripts/packages.mjs'
import { type Registry, startRegistry } from '../../scripts/registry.mjs'

describe('the local registry', () => {
  let folder: string
  let registry: Registry

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bolt-registry-'))
    registry = await startRegistry({ storage: join(folder, 'storage'), names: ['bolt-sample'] })
  })

  afterAll(async () => {
    await registry.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Packs and publishes one small package. */
  async function publishSample(version: string, text: string): Promise<void> {
    const sample = join(folder, 'sample')
    mkdirSync(sample, { recursive: true })
    writeFileSync(join(sample, 'package.json'), JSON.stringify({ name: 'bolt-sample', version, main: 'index.js' }))
    writeFileSync(join(sample, 'index.js'), text)
    const [packed] = await pack([sample], join(folder, 'tarballs'))
    await registry.publish(packed?.tarball ?? '')
  }

  async function installed(version: string): Promise<string> {
    const cwd = mkdtempSync(join(folder, 'project-'))
    writeFileSync(join(cwd, 'package.json'), '{ "private": true }')
    await npm(['install', `bolt-sample@${version}`], { cwd, env: registry.env })
    return readFileSync(join(cwd, 'node_modules', 'bolt-sample', 'index.js'), 'utf8')
  }

  it('holds several versions, and another content for the same version once that was forgotten', async () => {
    await publishSample('1.0.0', '// one')
    await publishSample('1.1.0', '// two')
    expect([await installed('1.0.0'), await installed('1.1.0')]).toEqual(['// one', '// two'])
    registry.forget('bolt-sample')
    await publishSample('1.0.0', '// one again')
    expect(await installed('1.0.0')).toBe('// one again')
  })

  it('never asks another registry for a name of ours', async () => {
    const answer = await fetch(new URL('bolt-sample/9.9.9', registry.url), { redirect: 'manual' })
    expect(answer.status).toBe(404)
  })

  it('sends every other name to the registry that npm is configured for', async () => {
    const answer = await fetch(new URL('@types%2fnode', registry.url), { redirect: 'manual' })
    expect(answer.status).toBe(307)
    expect(new URL(answer.headers.get('location') ?? '').host).toBe(new URL(await npmConfig('registry')).host)
  })

  it('leaves no address of its own in the lockfile of a project', () => {
    expect(readFileSync(join(inject('api'), 'package-lock.json'), 'utf8')).not.toContain('127.0.0.1')
  })
})

describe('the environment of a nested npm', () => {
  it('keeps the user settings and drops what the outer npm run added', () => {
    const env = cleanEnv({
      PATH: ['/repo/node_modules/.bin', '/usr/bin'].join(':'),
      HOME: '/home/user',
      INIT_CWD: '/repo',
      npm_package_name: 'outer',
      npm_lifecycle_event: 'start',
      npm_config_local_prefix: '/repo',
      npm_config_registry: 'https://mirror.example/',
      npm_config_cafile: '/etc/ca.pem',
    })
    expect(env).toMatchObject({ HOME: '/home/user', npm_config_registry: 'https://mirror.example/' })
    expect(Object.keys(env).sort()).toEqual(['HOME', 'PATH', 'npm_config_cafile', 'npm_config_registry'])
  })
})
