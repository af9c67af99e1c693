import { parse } from '@babel/parser'
import { describe, expect, it } from 'vitest'
import { loadBlock } from '../../src/generate/block.ts'
import { insertLine, removeLine } from '../../src/generate/insert.ts'
import { parseRecord } from '../../src/generate/record.ts'
import { insertionsOf, renderResource } from '../../src/generate/render-resource.ts'
import { fieldTypes, parseResource, pluralOf } from '../../src/generate/resource.ts'
import { thrownBy } from '../support/answers.ts'

describe('a resource', () => {
  it.each([
    ['post', 'posts'],
    ['story', 'stories'],
    ['day', 'days'],
    ['box', 'boxes'],
    ['class', 'classes'],
    ['blog-post', 'blog-posts'],
  ])('%s is %s in the plural', (name, plural) => {
    expect(pluralOf(name)).toBe(plural)
  })

  it('is read from words', () => {
    expect(parseResource('post', ['title:string', 'body:text?'])).toEqual({
      name: 'post',
      plural: 'posts',
      fields: [
        { name: 'title', type: 'string', optional: false },
        { name: 'body', type: 'text', optional: true },
      ],
    })
  })

  it('with mistakes names all of them', () => {
    const error = thrownBy(() => parseResource('Post', ['title', 'id:string', 'a:strin', 'b:text', 'b:text'])) as {
      code: string
      why: string
    }
    expect(error.code).toBe('illegal-argument')
    expect(error.why.split('\n')).toEqual([
      '"Post" is no name: lower-case letters, digits and hyphens, singular, for example blog-post',
      '"title" is no field: write name:type, for example title:string',
      'id is there already: every resource has id, userId, createdAt, updatedAt',
      'a has the unknown type "strin", did you mean string?',
      'b is named twice',
    ])
  })

  it.each([true, false])('becomes TypeScript that parses, whatever its fields (owned: %s)', async (owned) => {
    const words = Object.keys(fieldTypes).flatMap((type, index) => [`a${index}:${type}`, `b${index}:${type}?`])
    const files = renderResource(parseResource('blog-post', words), owned, await loadBlock('resource'))
    expect(files.map(({ path }) => path).sort()).toEqual([
      'src/features/blog-posts/blog-posts.test.ts',
      'src/features/blog-posts/routes.ts',
      'src/features/blog-posts/schemas.ts',
      'src/features/blog-posts/service.ts',
      'src/features/blog-posts/table.ts',
    ])
    for (const { path, text } of files) {
      expect(() => parse(text, { sourceType: 'module', plugins: ['typescript'] }), path).not.toThrow()
      if (!owned) expect(text, path).not.toMatch(/userId|access|Member/)
    }
  })
})

describe('a line put into a file', () => {
  const app = `import { x } from 'x'\nimport {\n  a,\n} from '#features/zebras/routes'\n\nexport function buildApp() {\n  xRoutes(app)\n  return app\n}\n`
  const [importLine, route, table] = insertionsOf(parseResource('post', ['a:string']), true)

  it('goes to its place and out again, to the byte', () => {
    if (!importLine || !route) throw new Error('no insertions')
    const edited = insertLine(insertLine(app, importLine), route)
    expect(edited).toBe(
      `import { x } from 'x'\nimport { postsRoutes } from '#features/posts/routes'\nimport {\n  a,\n} from '#features/zebras/routes'\n\nexport function buildApp() {\n  xRoutes(app)\n  postsRoutes(app, database.db, access)\n  return app\n}\n`,
    )
    expect(removeLine(removeLine(edited, importLine) ?? '', route)).toBe(app)
  })

  it('is not put there twice', () => {
    if (!route) throw new Error('no route')
    const once = insertLine(app, route)
    expect(insertLine(once, route)).toBe(once)
  })

  it('that is not there any more is reported, not guessed', () => {
    if (!route) throw new Error('no route')
    expect(removeLine(app, route)).toBeUndefined()
  })

  it('goes to the end of a file that has none of its kind', () => {
    if (!table) throw new Error('no table')
    expect(insertLine('/** Every table. */\n', table)).toBe(
      "/** Every table. */\nexport * from '../features/posts/table.ts'\n",
    )
  })

  it.each([
    ['no line yet', '', "\n\nimport { postsRoutes } from '#features/posts/routes'"],
    [
      'lines before and after it',
      "\n\nimport { aRoutes } from '#features/a/routes'\nimport { zRoutes } from '#features/z/routes'",
      "\n\nimport { aRoutes } from '#features/a/routes'\nimport { postsRoutes } from '#features/posts/routes'\nimport { zRoutes } from '#features/z/routes'",
    ],
  ])('goes into the group of the user where there is one, with %s, and out again', (_what, before, after) => {
    if (!importLine) throw new Error('no import')
    const around = (group: string) =>
      `import { x } from 'x'\n\n// Imports of your own features.${group}\n\n/** App. */\n`
    expect(insertLine(around(before), importLine)).toBe(around(after))
    expect(removeLine(around(after), importLine)).toBe(around(before))
  })

  it('takes the place of an empty export above the group, and gives it back', () => {
    if (!table) throw new Error('no table')
    const empty = '/** Every table. */\nexport {}\n\n// Tables of your own.\n'
    const filled = "/** Every table. */\n\n// Tables of your own.\n\nexport * from '../features/posts/table.ts'\n"
    expect(insertLine(empty, table)).toBe(filled)
    expect(removeLine(filled, table)).toBe(empty)
  })

  it('takes the place of an empty export, and gives it back', () => {
    if (!table) throw new Error('no table')
    const empty = '/** Every table. */\nexport {}\n'
    const filled = insertLine(empty, table)
    expect(filled).toBe("/** Every table. */\nexport * from '../features/posts/table.ts'\n")
    expect(removeLine(filled, table)).toBe(empty)
  })

  it('is refused where its place is gone', () => {
    if (!route) throw new Error('no route')
    expect(thrownBy(() => insertLine('const a = 1\n', route))).toMatchObject({ code: 'generate-refused' })
  })
})

describe('a record', () => {
  const fine = {
    schema: 1,
    kind: 'resource',
    name: 'post',
    words: [],
    files: { 'src/features/posts/table.ts': 'a'.repeat(64) },
    insertions: [],
  }

  it('is read back', () => {
    expect(parseRecord(JSON.stringify(fine), 'x')).toEqual(fine)
  })

  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['another version', JSON.stringify({ ...fine, schema: 2 })],
    ['a path outside', JSON.stringify({ ...fine, files: { 'src/features/../../x': 'a'.repeat(64) } })],
    ['a path elsewhere', JSON.stringify({ ...fine, files: { '.env': 'a'.repeat(64) } })],
    ['no hashes', JSON.stringify({ ...fine, files: { 'src/features/posts/table.ts': 1 } })],
    [
      'lines for another file',
      JSON.stringify({ ...fine, insertions: [{ path: '/etc/passwd', kind: 'route', line: 'x' }] }),
    ],
  ])('that holds %s is refused', (_what, text) => {
    expect(thrownBy(() => parseRecord(text, 'x'))).toMatchObject({ code: 'state-invalid' })
  })
})
