/** What npm accepts as the name of a package, said in words a person can act on. */

const RESERVED = new Set([
  'node_modules',
  'favicon.ico',
  'con',
  'prn',
  'aux',
  'nul',
  ...Array.from({ length: 9 }, (_, i) => [`com${i + 1}`, `lpt${i + 1}`]).flat(),
])
const PART = /^[a-z0-9~][a-z0-9._~-]*$/

/** Says what is wrong with a package name, or nothing when it is right. */
export function checkPackageName(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.length > 214) return 'it is longer than 214 characters'
  const scoped = /^@([^/]*)\/([^/]*)$/.exec(name)
  const parts = scoped ? [scoped[1] ?? '', scoped[2] ?? ''] : [name]
  const strange = [...new Set(parts.join('').match(/[^A-Za-z0-9._~-]/g))]
  if (strange.length > 0) return `it contains ${strange.map((c) => (c === ' ' ? 'a space' : `"${c}"`)).join(' and ')}`
  if (/[A-Z]/.test(name)) return 'it contains capital letters'
  if (!parts.every((part) => PART.test(part))) return 'it does not start with a letter or a digit'
  if (parts.some((part) => RESERVED.has(part))) return 'it is a reserved name'
  return undefined
}

/** The nearest legal package name to any text, or nothing when no letter of it can be kept. */
export function packageNameFrom(text: string | undefined): string | undefined {
  const name = (text ?? '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[._~-]+|[._~-]+$/g, '')
    .slice(0, 214)
  return name !== '' && checkPackageName(name) === undefined ? name : undefined
}
