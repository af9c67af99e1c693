import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, type Server, UploadedFile } from '@bolt-app/core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { exchange, open } from './contract/client.ts'
import { describeHosts, recorder } from './hosts.ts'

const large = 'x'.repeat(200_000)
const multipart = (name: string, content: string, end = '--edge--\r\n'): string =>
  `--edge\r\nContent-Disposition: form-data; name="${name}"; filename="a.txt"\r\n\r\n${content}\r\n${end}`
const head = (length: number): string =>
  `POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=edge\r\nContent-Length: ${length}\r\n\r\n`

describeHosts('uploaded files', () => {
  let folder: string
  let server: Server
  let seen: { path: string | undefined; isThere: boolean; file: UploadedFile } | undefined
  let act: (file: UploadedFile) => unknown
  const { logger, entries } = recorder()

  const files = (): string[] => readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)))
  const upload = async (body: string): Promise<number | undefined> => {
    const bytes = Buffer.from(head(Buffer.byteLength(body)) + body)
    const { responses } = await exchange(server.port, bytes, { methods: ['POST'], awaitClose: false })
    return responses[0]?.status
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bolt-forms-test-'))
    seen = undefined
    entries.length = 0
    const app = createApp({ logger, forms: { folder } })
    app.post('/upload', { form: z.object({ photo: z.file() }) }, async (ctx) => {
      const file = ctx.body.photo as UploadedFile
      seen = { path: file.path, isThere: file.path !== undefined && existsSync(file.path), file }
      return act(file)
    })
    server = await app.listen({ port: 0 })
  })

  afterEach(async () => {
    await server.close()
    expect(readdirSync(folder), 'the temporary folder is removed with the application').toEqual([])
    rmSync(folder, { recursive: true })
  })

  it('are files that everything takes, and lie on the disk only while the handler runs', async () => {
    act = async (file) => {
      expect(file).toBeInstanceOf(File)
      expect(file).toBeInstanceOf(UploadedFile)
      expect([file.field, file.name, file.size]).toEqual(['photo', 'a.txt', large.length])
      expect(await file.text()).toBe(large)
      expect((await file.bytes()).byteLength).toBe(large.length)
      const form = new FormData()
      form.set('again', file)
      expect(await new Response(form).text()).toContain(large)
      let streamed = 0
      for await (const chunk of file.stream()) streamed += chunk.byteLength
      expect(streamed).toBe(large.length)
      return 'ok'
    }
    expect(await upload(multipart('photo', large))).toBe(200)
    expect(seen?.isThere).toBe(true)
    await vi.waitFor(() => expect(files()).toEqual([]))
    expect(entries).toEqual([])
  })

  it('can be saved, over another file only when told so', async () => {
    const path = join(folder, '..', `bolt-saved-${process.pid}.txt`)
    act = async (file) => {
      await file.saveTo(path)
      await expect(file.saveTo(path)).rejects.toThrow(/EEXIST/)
      await file.saveTo(path, { overwrite: true })
      return 'ok'
    }
    for (const content of [large, 'small']) {
      expect(await upload(multipart('photo', content))).toBe(200)
      expect(readFileSync(path, 'utf8')).toBe(content)
      rmSync(path)
    }
  })

  it('are gone after the handler threw', async () => {
    act = () => {
      throw new Error('no')
    }
    expect(await upload(multipart('photo', large))).toBe(500)
    expect(seen?.isThere).toBe(true)
    await vi.waitFor(() => expect(files()).toEqual([]))
  })

  it('are gone after the form was refused', async () => {
    expect(await upload(multipart('other', large))).toBe(422)
    expect(await upload(multipart('photo', large, '--edge'))).toBe(400)
    expect(seen).toBeUndefined()
    await vi.waitFor(() => expect(files()).toEqual([]))
  })

  it('are gone when the client goes away in the middle, and nothing is logged', async () => {
    const socket = await open(server.port)
    const body = multipart('photo', large)
    socket.write(head(body.length) + body.slice(0, 150_000))
    await vi.waitFor(() => expect(files()).toHaveLength(1))
    socket.destroy()
    await vi.waitFor(() => expect(files()).toEqual([]), { timeout: 1_000 })
    expect(seen).toBeUndefined()
    expect(entries).toEqual([])
  })

  it('arrive again after somebody else cleaned the temporary folder', async () => {
    act = () => 'ok'
    expect(await upload(multipart('photo', large))).toBe(200)
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
    expect(await upload(multipart('photo', large))).toBe(200)
  })

  it('arrive once the folder can be made, although it could not before', async () => {
    act = () => 'ok'
    renameSync(folder, `${folder}-away`)
    expect(await upload(multipart('photo', large))).toBe(500)
    renameSync(`${folder}-away`, folder)
    expect(await upload(multipart('photo', large))).toBe(200)
  })

  it('arrive from a client that waits for 100-continue', async () => {
    act = () => 'ok'
    const body = multipart('photo', 'small')
    const socket = await open(server.port)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.write(head(body.length).replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n'))
    await vi.waitFor(() => expect(text).toMatch(/^HTTP\/1\.1 100 /))
    socket.write(body)
    await vi.waitFor(() => expect(text).toMatch(/HTTP\/1\.1 200 /))
    socket.destroy()
  })
})

it('documents a form with files as multipart, another as both', () => {
  const app = createApp()
  app.post('/text', { form: z.object({ a: z.string() }) }, () => 1)
  app.post('/file', { form: z.object({ photo: z.file().mime('image/png'), name: z.string().optional() }) }, () => 1)
  const { paths } = app.openapi()
  const content = (path: string): Record<string, unknown> =>
    paths[path]?.post?.requestBody?.content as Record<string, unknown>
  expect(Object.keys(content('/text'))).toEqual(['application/x-www-form-urlencoded', 'multipart/form-data'])
  expect(content('/file')).toEqual({
    'multipart/form-data': {
      schema: expect.objectContaining({
        properties: { photo: expect.objectContaining({ type: 'string', format: 'binary' }), name: { type: 'string' } },
        required: ['photo'],
      }),
    },
  })
  expect(Object.keys(paths['/file']?.post?.responses ?? {})).toEqual(
    expect.arrayContaining(['400', '413', '415', '422']),
  )
})

it('takes forms by inject', async () => {
  const app = createApp()
  app.post('/', { form: z.object({ a: z.string(), f: z.file().optional() }) }, (ctx) => [ctx.body.a, ctx.body.f?.size])
  const form = new FormData()
  form.set('a', 'ü')
  form.set('f', new File(['12345'], 'f.txt'))
  expect((await app.inject({ method: 'POST', url: '/', form })).json()).toEqual(['ü', 5])
  const text = new URLSearchParams({ a: 'x y' })
  expect((await app.inject({ method: 'POST', url: '/', form: text })).json()).toEqual(['x y', null])
  await app.close()
})
