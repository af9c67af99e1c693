import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, it } from 'vitest'
import { cleanEnv, npm } from '../../scripts/npm.mjs'

const program = `
import { createApp } from '@bolt-app/core'
const app = createApp()
console.log('host: ' + app.host)
await app.close()
`

it('a project installed with --omit=optional runs on node:http, and the command that it is told brings the engine', async () => {
  const cwd = mkdtempSync(join(inject('workspace'), 'optional-'))
  writeFileSync(join(cwd, 'package.json'), '{ "private": true, "type": "module" }')
  writeFileSync(join(cwd, 'main.mjs'), program)
  const env = { ...cleanEnv(), ...inject('registryEnv') }
  const start = () => promisify(execFile)(process.execPath, ['main.mjs'], { cwd, env })

  await npm(['install', '--omit=optional', `@bolt-app/core@${inject('version')}`], { cwd, env })
  const told = await start()
  expect(told.stdout).toBe('host: fallback\n')
  expect(told.stderr).toContain('npm leaves optional packages out with --omit=optional')

  const command = told.stderr.match(/→ npm (install --save-optional \S+)/)?.[1]?.split(' ') ?? []
  await npm(command, { cwd, env })
  expect(await start()).toEqual({ stdout: 'host: native\n', stderr: '' })
})
