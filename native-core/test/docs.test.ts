import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as core from '@bolt-app/core'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const guides = join(root, 'docs/guides')

/** The TypeScript blocks of a page, with the line each begins at. */
function snippetsOf(page: string): Array<{ line: number; code: string }> {
  const text = readFileSync(page, 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    code: match[1] as string,
  }))
}

it('the guides name only options that exist: their examples compile', () => {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'snippets-'))
  try {
    let count = 0
    for (const name of readdirSync(guides).filter((file) => file.endsWith('.md'))) {
      for (const { line, code } of snippetsOf(join(guides, name))) {
        count += 1
        const file = `${name.replace('.md', '')}-${line}.ts`
        writeFileSync(join(folder, file), `${code.replaceAll('=> …', '=> undefined as never')}\nexport {}\n`)
      }
    }
    expect(count).toBeGreaterThan(5)
    writeFileSync(join(folder, 'globals.d.ts'), globals())
    const options = {
      noEmit: true,
      rootDir: '/',
      types: ['node'],
      noUnusedLocals: false,
      noUnusedParameters: false,
      noPropertyAccessFromIndexSignature: false,
    }
    const settings = { extends: join(root, 'tsconfig.base.json'), compilerOptions: options, include: ['*.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    // The compiler prints one line for each mistake: file, line, what is wrong.
    expect(compile(folder)).toBe('')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

/** What a fragment may use without importing it: the core's own names, and an application. */
function globals(): string {
  const names = Object.keys(core).map((name) => `declare const ${name}: typeof import('@bolt-app/core').${name}`)
  return [...names, "declare const app: import('@bolt-app/core').App"].join('\n')
}

/** Names that stand for the reader's own code, and a `return` outside of its function. */
const ofTheReader = /error TS(2304|2552|18004|1108|7006|7031|2307|18046):/

function compile(folder: string): string {
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    })
    return ''
  } catch (error) {
    const { stdout } = error as { stdout: string }
    // Without a line of that kind it did not compile anything.
    if (!/error TS\d+:/.test(stdout)) throw error
    const mistakes = stdout.split('\n').filter((line) => !ofTheReader.test(line))
    return mistakes
      .join('\n')
      .replaceAll(/^\S*snippets-[^/]*\//gm, '')
      .trim()
  }
}
