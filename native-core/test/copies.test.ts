import { fileURLToPath } from 'node:url'
import { createApp } from '@bolt-app/core'
import { expect, it } from 'vitest'

/** What another version, or a test runner with modules of its own for each file, brings into the process. */
const copy: typeof import('@bolt-app/core') = await import(`${import.meta.resolve('@bolt-app/core')}?another`)

it('recognises replies, files and errors of another copy of the package', async () => {
  expect(copy.HttpError).not.toBe((await import('@bolt-app/core')).HttpError)
  const app = createApp()
  app.get('/reply', () => copy.reply({ made: true }, { status: 201 }))
  app.get('/file', () => copy.file(fileURLToPath(import.meta.url)))
  app.get('/error', () => {
    throw new copy.HttpError(404, 'No such note', { code: 'note-not-found' })
  })
  const made = await app.inject({ url: '/reply' })
  expect([made.status, made.json()]).toEqual([201, { made: true }])
  expect((await app.inject({ url: '/file' })).text()).toContain('another copy of the package')
  const failed = await app.inject({ url: '/error' })
  expect([failed.status, failed.json()]).toMatchObject([404, { code: 'note-not-found', detail: 'No such note' }])
})

it('tells subclasses of its errors apart', () => {
  class NoStock extends copy.HttpError {}
  expect(new NoStock(409)).toBeInstanceOf(NoStock)
  expect(new NoStock(409)).toBeInstanceOf(copy.HttpError)
  expect(new copy.HttpError(409)).not.toBeInstanceOf(NoStock)
  expect(new Error('x')).not.toBeInstanceOf(copy.HttpError)
})
