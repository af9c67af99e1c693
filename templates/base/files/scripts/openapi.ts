/** Writes the OpenAPI document and its TypeScript types to `client/`, for `client/client.ts` and for others. */
import { writeFile } from 'node:fs/promises'
import openapiTypes, { astToString, type OpenAPI3 } from 'openapi-typescript'
import { describedApp } from './described-app.ts'

const app = await describedApp()
const document = app.openapi()
await app.close()

await writeFile('client/openapi.json', `${JSON.stringify(document, null, 2)}\n`)
await writeFile('client/schema.d.ts', astToString(await openapiTypes(document as unknown as OpenAPI3)))
console.log('Wrote client/openapi.json and client/schema.d.ts')
