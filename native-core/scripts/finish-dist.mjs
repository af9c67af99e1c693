// Adds what the compiler leaves out: the licence, the binding's declarations, and what the documentation page needs to be served without a
// network (Swagger UI with its licence, our start script).
import { copyFile, mkdir } from 'node:fs/promises'
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
