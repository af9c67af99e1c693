import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { contentTypeOf, contentTypes } from '../src/fallback/content-types.ts'

it('has the same content types on both hosts', () => {
  const url = new URL('../crates/bolt_core/src/static_files/content_type.rs', import.meta.url)
  const rows = [...readFileSync(url, 'utf8').matchAll(/^ {4}\("(\w+)", "([^"]+)"\),$/gm)]
  expect(rows.length).toBeGreaterThan(40)
  expect(Object.fromEntries(rows.map(([, extension, type]) => [extension, type]))).toEqual(contentTypes)
})

it('finds the type of a name in any case, and none by __proto__ or a name that is only an extension', () => {
  expect(contentTypeOf('a/INDEX.Html')).toBe('text/html; charset=utf-8')
  expect(contentTypeOf('a.tar.gz')).toBe('application/gzip')
  for (const name of ['html', '.html', 'a.__proto__', 'a.b/c'])
    expect(contentTypeOf(name)).toBe('application/octet-stream')
})
