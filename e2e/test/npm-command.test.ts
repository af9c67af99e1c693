import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { npmCommand } from '../../scripts/npm.mjs'

describe('the npm that a script runs', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bolt-npm-'))
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  function script(path: string): string {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, '')
    return file
  }

  it('is the one that runs the script', () => {
    const said = script('other/npm-cli.js')
    const on = { platform: 'linux', execPath: 'node', env: { npm_execpath: said } } as const
    expect(npmCommand(on)).toEqual(['node', said])
  })

  it('is the one beside Node on Windows, where npm itself is a batch file', () => {
    const beside = script('node_modules/npm/bin/npm-cli.js')
    const execPath = join(folder, 'node.exe')
    expect(npmCommand({ platform: 'win32', execPath, env: {} })).toEqual([execPath, beside])
  })

  it('is otherwise the one of PATH', () => {
    expect(npmCommand({ platform: 'linux', execPath: join(folder, 'node'), env: {} })).toEqual(['npm'])
  })
})
