import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const src = resolve(import.meta.dirname, '../src')

/** What each module takes from others of the core when it runs; types do not count. */
const imports = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => [file, valuesOf(file)]),
)

function valuesOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  const found = text.matchAll(/^(?:import|export) (?!type\b)([^;'"]*?) from '(\.[^']+)'/gms)
  return [...found]
    .filter(([, names = '']) => !/^\{(?:\s*type \w+,?)*\s*\}$/.test(names))
    .map(([, , target = '']) => relative(src, resolve(src, dirname(file), target)))
}

/** The modules of a folder, or one module, that import from another. */
function users(of: RegExp, outside: RegExp): string[] {
  return [...imports].flatMap(([file, targets]) =>
    !outside.test(file) && targets.some((target) => of.test(target)) ? [file] : [],
  )
}

it('enters each host at one place', () => {
  // The fallback is a file of its own, which host.ts loads only where it runs.
  expect(users(/^fallback\//, /^fallback\//)).toEqual([])
  expect(users(/^native\//, /^native\//)).toEqual(['host.ts'])
})

it('has hosts that know nothing of how applications are declared and started', () => {
  const declaring = /^(?:app|router|route|serving|start|dispatch|options|openapi|declared)\.ts$|^compile\//
  const inHosts = [...imports].filter(([file]) => /^(?:fallback|native)\//.test(file))
  expect(inHosts.length).toBeGreaterThan(20)
  expect(
    inHosts.flatMap(([file, targets]) => targets.filter((to) => declaring.test(to)).map((to) => `${file} → ${to}`)),
  ).toEqual([])
})

it('has no modules that need each other to run', () => {
  const open: string[] = []
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string): void => {
    if (done.has(file)) return
    if (open.includes(file)) return void cycles.push([...open.slice(open.indexOf(file)), file].join(' → '))
    open.push(file)
    for (const target of imports.get(file) ?? []) visit(target)
    open.pop()
    done.add(file)
  }
  for (const file of imports.keys()) visit(file)
  expect(cycles).toEqual([])
})
