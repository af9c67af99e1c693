import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
/** Fragments that `docs/conformance.md` is rendered from; their links are relative to that page, which is checked itself. */
const fragments = join(root, 'docs/conformance')

const pagesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file))
const pages = [
  ...readdirSync(root).map((file) => join(root, file)),
  ...pagesIn(join(root, 'docs')).filter((file) => !file.startsWith(fragments)),
  ...['bench', 'native-core'].map((folder) => join(root, folder, 'README.md')),
].filter((file) => file.endsWith('.md'))

const textOf = (page: string): string => readFileSync(page, 'utf8').replaceAll(/^```.*?^```/gms, '')

/** Names of headings in links, as hosts of Markdown make them. */
function anchorsOf(page: string): string[] {
  const headings = [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  )
}

it.each(pages.map((page) => relative(root, page)))('%s has links that lead somewhere', (name) => {
  const page = join(root, name)
  const links = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  const broken = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : resolve(dirname(page), path)
    return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
  })
  expect(broken).toEqual([])
})
