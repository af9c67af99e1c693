import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, it } from 'vitest'
import { cleanEnv, npm } from '../../scripts/npm.mjs'
import { run } from '../../scripts/process.mjs'
import { hostTarget, targets } from '../../scripts/targets.mjs'

const program = `
import { createApp } from '@bolt-app/core'
const app = createApp()
console.log('host: ' + app.host)
await app.close()
`

const env = { ...cleanEnv(), ...inject('registryEnv') }

function project() {
  const cwd = mkdtempSync(join(inject('workspace'), 'optional-'))
  writeFileSync(join(cwd, 'package.json'), '{ "private": true, "type": "module" }')
  writeFileSync(join(cwd, 'main.mjs'), program)
  return {
    cwd,
    start: () => promisify(execFile)(process.execPath, ['main.mjs'], { cwd, env }),
  }
}

/** The arguments of npm in the command that a warning names. */
function toldBy(warning: string): string[] {
  return warning.match(/→ npm (install --save-optional \S+)/)?.[1]?.split(' ') ?? []
}

it('a project installed with --omit=optional runs on node:http, and the command that it is told brings the engine', async () => {
  const { cwd, start } = project()
  await npm(['install', '--omit=optional', `@bolt-app/core@${inject('version')}`], { cwd, env })
  const told = await start()
  expect(told.stdout).toBe('host: fallback\n')
  expect(told.stderr).toContain('npm leaves optional packages out with --omit=optional')

  await npm(toldBy(told.stderr), { cwd, env })
  expect(await start()).toEqual({ stdout: 'host: native\n', stderr: '' })
})

it('a project whose package-lock.json npm 10 wrote on another platform is told a command that mends it for good', async () => {
  const { cwd, start } = project()
  const npm = await npm10()
  const here = hostTarget()?.packageName
  const there = targets.find(({ os }) => os !== process.platform)
  const installThere = () => npm(cwd, 'install', `--os=${there?.os}`, `--cpu=${there?.cpu}`)
  await npm(cwd, 'pkg', 'set', `dependencies.@bolt-app/core=${inject('version')}`)
  await installThere()
  // npm issue 4828: from node_modules without a lockfile npm writes one that knows no optional package but those which are there.
  rmSync(join(cwd, 'package-lock.json'))
  await installThere()
  const installHere = () => {
    rmSync(join(cwd, 'node_modules'), { recursive: true })
    return npm(cwd, 'ci')
  }

  await installHere()
  const told = await start()
  expect(told.stdout).toBe('host: fallback\n')
  expect(told.stderr).toContain(`package ${here}, is not installed`)
  expect(told.stderr).toContain('package-lock.json was written on another platform')

  await npm(cwd, ...toldBy(told.stderr))
  expect(await start()).toEqual({ stdout: 'host: native\n', stderr: '' })
  await installHere()
  expect(await start()).toEqual({ stdout: 'host: native\n', stderr: '' })
})

/** The npm that comes with Node 20 and 22; 11.19 writes whole lockfiles. */
async function npm10(): Promise<(cwd: string, ...args: string[]) => Promise<string>> {
  const folder = mkdtempSync(join(inject('workspace'), 'npm-'))
  await npm(['install', '--prefix', folder, '--ignore-scripts', 'npm@10.9.4'], { cwd: folder, env })
  const cli = join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js')
  return (cwd, ...args) => run(process.execPath, [cli, ...args], { cwd, env })
}
