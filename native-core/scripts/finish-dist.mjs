// Adds what the compiler leaves out: the licence, the binding's declarations, and what the documentation page needs to be served without a
// network (Swagger UI with its licence, our start script). Writes the bundles in ASCII.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const target = join(root, 'dist', 'docs-assets')

await mkdir(target, { recursive: true })
for (const name of [
  'swagger-ui-bundle.js',
  'swagger-ui.css',
  'favicon-32x32.png',
  'swagger-ui-bundle.js.LICENSE.txt',
  'LICENSE',
  'NOTICE',
]) {
  await copyFile(join(swagger, name), join(target, name))
}
await copyFile(join(root, 'src', 'docs-assets', 'start.js'), join(target, 'start.js'))
await copyFile(join(root, 'src', 'binding.d.ts'), join(root, 'dist', 'binding.d.ts'))
await copyFile(join(root, '..', 'LICENSE'), join(root, 'LICENSE'))

// One character beyond Latin-1 makes V8 keep and scan the whole text with two bytes a character.
for (const name of ['index.js', 'testing.js', 'postgres.js', 'drizzle.js', 'fallback.cjs']) {
  const file = join(root, 'dist', name)
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/[^\0-\x7f]/g, escaped))
}

function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
