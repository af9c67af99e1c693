/** Random renders and random edits of the user. */
import fc from 'fast-check'
import type { FileClass } from '../../src/types.ts'
import type { MemoryDisk } from './memory-disk.ts'
import { edit, erase, type FileSpec, ROOT, userFiles } from './world.ts'

const CLASSES: readonly FileClass[] = [
  'managed',
  'managed',
  'managed',
  'seed',
  'structured',
  'opaque',
  'derived',
  'owned',
]
const FOLDERS = ['', 'src/', 'src/deep/', 'docs/']

/** Text of some lines out of a small stock, so that versions of a file share most of them. */
export const textOf = (stock: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.subarray(
        Array.from({ length: 9 }, (_, i) => `${stock} line ${i}`),
        { minLength: 1 },
      ),
      fc.integer({ min: 0, max: 8 }),
      fc.constantFrom('', ' v2', ' v3'),
    )
    .map(([lines, index, suffix]) => lines.map((line, i) => `${line}${i === index ? suffix : ''}\n`).join(''))

const fileOf = (number: number): fc.Arbitrary<FileSpec> =>
  fc.record({
    id: fc.constant(`file-${number}`),
    path: fc.constantFrom(...FOLDERS).map((folder) => `${folder}file-${number}.txt`),
    content: textOf(`f${number}`),
    class: fc.constant(CLASSES[number % CLASSES.length] as FileClass),
    mode: fc.constantFrom('100644' as const, '100644' as const, '100755' as const),
  })

/** The files of one render. */
export const render: fc.Arbitrary<FileSpec[]> = fc
  .subarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1 })
  .chain((numbers) => fc.tuple(...numbers.map(fileOf)))

export type Edit =
  | { readonly kind: 'line'; readonly file: number; readonly line: number }
  | { readonly kind: 'append' | 'delete' | 'move' | 'crlf'; readonly file: number }
  | { readonly kind: 'create'; readonly name: string }

export const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('line' as const), file: fc.nat(20), line: fc.nat(8) }),
    fc.record({
      kind: fc.constantFrom('append' as const, 'delete' as const, 'move' as const, 'crlf' as const),
      file: fc.nat(20),
    }),
    fc.record({
      kind: fc.constant('create' as const),
      name: fc.constantFrom('src/mine.txt', 'docs/file-1.txt', 'file-3.txt', 'src/deep/file-2.txt'),
    }),
  ),
  { maxLength: 6 },
)

/** Edits the project as a user would; every line that is written is unlike all others. */
export function applyEdits(disk: MemoryDisk, list: readonly Edit[]): void {
  for (const [number, one] of list.entries()) {
    const files = Object.keys(userFiles(disk))
    if (one.kind === 'create') {
      if (!files.includes(one.name)) edit(disk, one.name, `mine ${number}\n`)
      continue
    }
    const path = files[one.file % Math.max(1, files.length)]
    const node = path === undefined ? undefined : disk.nodes.get(`${ROOT}/${path}`)
    if (path === undefined || !node) continue
    const text = Buffer.from(node.content).toString()
    if (one.kind === 'delete' || one.kind === 'move') erase(disk, path)
    if (one.kind === 'append') edit(disk, path, `${text}mine ${number}\n`, node.mode)
    if (one.kind === 'crlf') edit(disk, path, text.replace(/\r?\n/g, '\r\n'), node.mode)
    if (one.kind === 'move') edit(disk, `moved/${number}.txt`, text, node.mode)
    if (one.kind === 'line') {
      const lines = text.split('\n')
      lines[one.line % lines.length] = `mine ${number}`
      edit(disk, path, lines.join('\n'), node.mode)
    }
  }
}
