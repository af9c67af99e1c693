import { describe, expect, it } from 'vitest'
import { blueprints } from '../src/create/sources.ts'
import { errorsPage } from '../src/docs/errors-page.ts'
import { optionsPage } from '../src/docs/options-page.ts'

/** `npm run gen` runs this file with --update, which writes the pages; without it they are compared. */
describe('docs/generated is what the tables say (npm run gen)', () => {
  it('options.md', async () => {
    await expect(optionsPage(blueprints())).toMatchFileSnapshot('../../docs/generated/options.md')
  })

  it('errors.md', async () => {
    await expect(errorsPage()).toMatchFileSnapshot('../../docs/generated/errors.md')
  })
})
