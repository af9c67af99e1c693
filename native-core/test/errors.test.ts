import { readFileSync } from 'node:fs'
import { httpErrors } from '@bolt-app/core'
import { expect, it } from 'vitest'

it('has the same table of errors as the engine', () => {
  const source = readFileSync(new URL('../crates/bolt_core/src/error.rs', import.meta.url), 'utf8')
  const rows = [...source.matchAll(/^ {4}\w+ = (\d+), "([a-z0-9-]+)", "([^"]+)";$/gm)]
  const engine = Object.fromEntries(rows.map(([, status, code, title]) => [code, { status: Number(status), title }]))
  expect(rows.length).toBeGreaterThan(10)
  expect(engine).toEqual(httpErrors)
})
