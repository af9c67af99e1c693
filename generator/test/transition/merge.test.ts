/** Merging single files: text, JSON, YAML and files of lines. */
import { describe, expect, it } from 'vitest'
import { mergeFile } from '../../src/transition/merge-file.ts'
import { decideMarkers, hasMarkers } from '../../src/transition/merge-text.ts'
import type { FileClass } from '../../src/types.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function merge(path: string, base: string, yours: string, incoming: string, fileClass: FileClass = 'structured') {
  const input = { path, class: fileClass, base: bytes(base), yours: bytes(yours), incoming: bytes(incoming) }
  const merged = mergeFile(input, { labels: { base: '1.0.0', incoming: '2.0.0' }, isUsed: () => false })
  return { ...merged, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(merged.content) }
}

describe('text', () => {
  const base = 'a\nb\nc\nd\ne\n'

  it.each([
    ['line ends', base.replaceAll('\n', '\r\n').replace('a', 'mine'), 'mine\r\nb\r\nc\r\nd\r\nnew\r\n'],
    ['the byte order mark', `\ufeff${base.replace('a', 'mine')}`, '\ufeffmine\nb\nc\nd\nnew\n'],
    ['a missing end of the last line', 'mine\nb\nc\nd\ne\n', 'mine\nb\nc\nd\nnew\n'],
  ])('keeps %s', (_title, yours, expected) =>
    expect(merge('a.txt', base, yours, base.replace('e', 'new'), 'managed').text).toBe(expected),
  )

  it('shows all three sides of a clash, and can be decided for one', () => {
    const { kind, text } = merge('a.txt', base, base.replace('c', 'mine'), base.replace('c', 'theirs'), 'managed')
    expect(kind).toBe('markers')
    expect(text).toBe(
      'a\nb\n<<<<<<< yours\nmine\n||||||| base (1.0.0)\nc\n=======\ntheirs\n>>>>>>> incoming (2.0.0)\nd\ne\n',
    )
    expect(hasMarkers(text)).toBe(true)
    expect(decideMarkers(text, 'yours')).toBe(base.replace('c', 'mine'))
    expect(decideMarkers(text, 'incoming')).toBe(base.replace('c', 'theirs'))
  })

  it('of TypeScript is checked with its newest syntax', () => {
    const source =
      'import type { A } from "a"\n\n\nexport const a = { b: 1 } satisfies A\n\n\nusing x = y()\nenum E { A }\n'
    const merged = merge(
      'a.ts',
      source,
      `// mine\n${source}`,
      `${source}\nexport abstract class C<const T> { accessor z: T }\n`,
      'managed',
    )
    expect(merged.kind).toBe('clean')
  })

  it("whose merge breaks the syntax is a conflict, with the user's file untouched", () => {
    const source = 'if (x) {\n  one()\n  two()\n  three()\n}\n'
    const yours = '  one()\n  two()\n  three()\n'
    const incoming = source.replace('  three', '} else {\n  three')
    const merged = merge('a.ts', source, yours, incoming, 'managed')
    expect(merged.kind).toBe('aside')
    expect(merged.why).toMatch(/does not parse/)
    expect(merged.text).toBe(yours)
  })
})

describe('JSON with comments', () => {
  const base =
    '{\n  // strict\n  "compilerOptions": {\n    "strict": true,\n    "lib": ["ES2022"],\n    "target": "ES2022"\n  }\n}\n'

  it('is merged by key, comments stay', () => {
    const yours = base.replace('"target": "ES2022"', '"target": "ES2022", // mine\n    "paths": {}')
    const incoming = base.replace('"target": "ES2022"', '"target": "ES2023",\n    "types": ["node"]')
    const { kind, text } = merge('tsconfig.json', base, yours, incoming)
    expect(kind).toBe('clean')
    expect(text).toContain('// strict')
    expect(text).toContain('// mine')
    expect(text).toMatch(/"target": "ES2023"/)
    expect(text).toMatch(/"paths": \{\}/)
    expect(text).toMatch(/"types": \[\s*"node"\s*\]/)
  })

  it("keeps the user's value of a key that both changed, and puts the file aside", () => {
    const { kind, text, why } = merge(
      'tsconfig.json',
      base,
      base.replace('true', 'false'),
      base.replace('true', '"all"').replace('"target": "ES2022"', '"target": "ES2023"'),
    )
    expect(kind).toBe('aside')
    expect(why).toContain('compilerOptions.strict')
    expect(text).toBe(base.replace('true', 'false').replace('"target": "ES2022"', '"target": "ES2023"'))
  })
})

describe('YAML', () => {
  const base =
    'services:\n  database:\n    image: postgres:17 # pinned\n    ports:\n      - "5432:5432"\nvolumes:\n  data: {}\n'

  it('is merged by key; comments, quoting and order stay', () => {
    const yours = base
      .replace('services:\n', 'services:\n  mine:\n    image: "mine:1"\n')
      .replace('- "5432:5432"', '- "5433:5432"')
    const incoming = base
      .replace('postgres:17', 'postgres:18')
      .replace('volumes:', '  cache:\n    image: redis:8\nvolumes:')
    const { kind, text } = merge('compose.yaml', base, yours, incoming)
    expect(kind).toBe('clean')
    expect(text).toBe(
      'services:\n  mine:\n    image: "mine:1"\n  database:\n    image: postgres:18 # pinned\n    ports:\n      - "5433:5432"\n  cache:\n    image: redis:8\nvolumes:\n  data: {}\n',
    )
  })

  it('merges the steps of a workflow by name where the lines clash', () => {
    const steps = (...names: string[]): string =>
      `jobs:\n  test:\n    steps:\n${names.map((name) => `      - name: ${name}\n        run: npm run ${name}\n`).join('')}`
    const { kind, text } = merge(
      '.github/workflows/ci.yml',
      steps('lint', 'test'),
      steps('lint', 'test', 'mine'),
      steps('lint', 'test', 'build'),
    )
    expect(kind).toBe('clean')
    expect(text).toContain('name: mine')
    expect(text).toContain('name: build')
    expect(text.indexOf('name: lint')).toBeLessThan(text.indexOf('name: build'))
  })

  it('with anchors is merged as text', () => {
    const source = 'a: &x\n  b: 1\n\n\n\nc: *x\n'
    expect(merge('a.yml', source, `# mine\n${source}`, `${source}d: 2\n`).text).toBe(`# mine\n${source}d: 2\n`)
  })
})

describe('files of lines', () => {
  it('take every new variable, and keep those of the user', () => {
    const base = '# Port\nPORT=3000\nHOST=localhost\n'
    const { kind, text } = merge('.env.example', base, `${base}MINE=1\n`, `${base}# Secret\nSECRET=\n`)
    expect(kind).toBe('clean')
    expect(
      text
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    ).toEqual(['# Port', '# Secret', 'HOST=localhost', 'MINE=1', 'PORT=3000', 'SECRET='])
  })

  it('clash on a variable that both changed', () => {
    expect(merge('.env.example', 'PORT=1\n', 'PORT=2\n', 'PORT=3\n').kind).toBe('markers')
  })

  it('merge ignore files on both ends', () => {
    const { kind, text } = merge('.gitignore', 'dist/\n', 'dist/\nmine/\n', 'dist/\ncoverage/\n')
    expect(kind).toBe('clean')
    expect(text).toBe('dist/\ncoverage/\nmine/\n')
  })
})

describe('binaries', () => {
  it('are never merged', () =>
    expect(merge('logo.png', 'a\0', 'b\0', 'c\0', 'managed')).toMatchObject({ kind: 'aside', text: 'b\0' }))
})
