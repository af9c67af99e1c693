/** Prints every route. */
import { describedApp } from './described-app.ts'

const app = await describedApp()
console.table(app.routes())
await app.close()
