import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishable } from '../../scripts/packages.mjs'
import { hostTarget, platformFields, type Target, targets } from '../../scripts/targets.mjs'
import { libcOf } from '../src/native/libc.ts'
import { binaryFor, explain } from '../src/native/load.ts'

const published = targets.map(({ packageName }) => packageName)
const notFound = new Error("Cannot find module '…'")
const machineOf = ({ os, cpu, libc }: Target) => ({ platform: os, arch: cpu, libc })

describe('the binary packages', () => {
  it('are one workspace for each target, of the version of all packages', async () => {
    const all = publishable()
    const [version] = new Set(all.map((it) => it.version))
    expect(all).toEqual(expect.arrayContaining(all.map(() => expect.objectContaining({ version }))))
    const binaries = all.map(({ name }) => name).filter((name) => name.startsWith('@bolt-app/core-'))
    expect(binaries.sort()).toEqual([...published].sort())
  })

  it('are optional dependencies of the core, pinned to its own version', async () => {
    const core = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
    expect(core.optionalDependencies).toEqual(Object.fromEntries(published.map((name) => [name, core.version])))
  })

  it.each(targets)('$name holds one file, which the build writes', async ({ name, packageName, folder, file }) => {
    const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))
    expect(manifest).toMatchObject({ name: packageName, main: path.basename(file), files: [path.basename(file)] })
    expect(manifest.description).toContain(
      { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[name.split('-')[0] ?? ''],
    )
    expect(manifest, 'npm ci would fail on every other platform').not.toHaveProperty('os')
  })

  it.each(targets)('$name is built by the release workflow, and tried on a system of its own', async ({ name }) => {
    const workflow = await readFile(new URL('../../.github/workflows/release.yml', import.meta.url), 'utf8')
    const [, building, trying] = workflow.split(/^ {2}(?:build|try):$/m)
    expect(building?.match(/names: [^}]+/g)?.flatMap((names) => names.trim().split(' '))).toContain(name)
    expect(trying).toContain(`name: ${name},`)
  })

  it('say which machines they are for once they are packed', () => {
    const fields = Object.fromEntries(targets.map((target) => [target.name, platformFields(target)]))
    expect(fields['linux-x64-musl']).toEqual({ os: ['linux'], cpu: ['x64'], libc: ['musl'] })
    expect(fields['linux-arm64-gnu']).toEqual({ os: ['linux'], cpu: ['arm64'], libc: ['glibc'] })
    expect(fields['darwin-arm64']).toEqual({ os: ['darwin'], cpu: ['arm64'] })
    expect(fields['win32-x64-msvc']).toEqual({ os: ['win32'], cpu: ['x64'] })
  })
})

describe('which binary is loaded', () => {
  it.each(targets)('$name on the machine that it is for', (target) => {
    expect(binaryFor(machineOf(target))).toBe(target.name)
  })

  it('that for glibc on a Linux whose C library cannot be told', () => {
    expect(binaryFor({ platform: 'linux', arch: 'arm64', libc: undefined })).toBe('linux-arm64-gnu')
  })
})

describe('the message about a binary that is not there', () => {
  it.each(targets)('on $name names the package and a command that installs it', (target) => {
    const { reason, fix } = explain(machineOf(target), notFound, { version: '1.2.3', published, installed: [] })
    expect(reason).toContain(`package ${target.packageName}, is not installed`)
    expect(reason).toContain('package-lock.json was written on another platform')
    expect(fix).toContain(`npm install --save-optional ${target.packageName}@1.2.3 `)
  })

  it('on musl says that node_modules is that of a glibc system', () => {
    const machine = { platform: 'linux', arch: 'x64', libc: 'musl' as const }
    const installed = ['@bolt-app/core-linux-x64-gnu']
    const { reason, fix } = explain(machine, notFound, { version: '1.2.3', published, installed })
    expect(reason).toMatch(/@bolt-app\/core-linux-x64-musl, is not installed, but @bolt-app\/core-linux-x64-gnu is/)
    expect(fix).toMatch(/^npm ci .*do not copy node_modules/)
  })

  it('that is there and does not load repeats what the system said', () => {
    const machine = { platform: 'linux', arch: 'x64', libc: 'glibc' as const }
    const error = new Error('file too short')
    const { reason, fix } = explain(machine, error, { version: '1.2.3', published, installed: published })
    expect(reason).toBe('The native engine @bolt-app/core-linux-x64-gnu could not be loaded: file too short')
    expect(fix).toContain('npm install --force @bolt-app/core@1.2.3')
  })

  it.each([
    ['linux', 'riscv64', 'linux-riscv64-gnu'],
    ['freebsd', 'x64', 'freebsd-x64'],
    ['win32', 'ia32', 'win32-ia32-msvc'],
  ])('for %s %s, which has none, lists those that there are', (platform, arch, name) => {
    const machine = { platform, arch, libc: undefined }
    const { reason, fix } = explain(machine, notFound, { version: '1.2.3', published, installed: [] })
    expect(reason).toContain(`no native engine for ${name} (there is one for linux-x64-gnu, `)
    expect(fix).toMatch(/^nothing to do/)
  })
})

describe('the C library of an executable', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'bolt-libc-'))
  })

  afterAll(() => rm(folder, { recursive: true }))

  /** The beginning of an ELF file whose loader is named far behind its header, where patchelf puts it. */
  async function executable(loader: string | undefined): Promise<string> {
    const bytes = Buffer.alloc(20_000)
    bytes.write('\x7fELF', 'latin1')
    bytes.writeBigUInt64LE(9_000n, 32)
    bytes.writeUInt16LE(56, 54)
    bytes.writeUInt16LE(2, 56)
    bytes.writeUInt32LE(6, 9_000)
    if (loader !== undefined) {
      bytes.writeUInt32LE(3, 9_056)
      bytes.writeBigUInt64LE(15_000n, 9_064)
      bytes.writeBigUInt64LE(BigInt(loader.length), 9_088)
      bytes.write(loader, 15_000, 'latin1')
    }
    const file = path.join(folder, 'node')
    await writeFile(file, bytes)
    return file
  }

  it.each([
    ['/lib/ld-musl-x86_64.so.1\0', 'musl'],
    ['/lib/ld-musl-aarch64.so.1\0', 'musl'],
    ['/lib64/ld-linux-x86-64.so.2\0', 'glibc'],
    ['/nix/store/abc-glibc-2.40/lib/ld-linux-aarch64.so.1\0', 'glibc'],
    ['/system/bin/linker64\0', undefined],
    [undefined, undefined],
  ])('that names the loader %j is %s', async (loader, libc) => {
    expect(libcOf(await executable(loader))).toBe(libc)
  })

  it('is that of the loader when the loader was called by hand', () => {
    expect(libcOf('/lib/ld-musl-x86_64.so.1')).toBe('musl')
    expect(libcOf('/usr/lib/x86_64-linux-musl/libc.so')).toBe('musl')
  })

  it('is unknown for what is no executable, or cannot be read', async () => {
    const text = path.join(folder, 'script')
    await writeFile(text, '#!/bin/sh\n')
    expect(libcOf(text)).toBeUndefined()
    expect(libcOf(path.join(folder, 'absent'))).toBeUndefined()
  })

  it.skipIf(process.platform !== 'linux')('of this Node is the one that the build chose', () => {
    expect(libcOf(process.execPath)).toBe(hostTarget()?.libc)
  })
})
