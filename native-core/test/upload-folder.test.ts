import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { open } from './contract/client.ts'
import { describeVariants, envOf } from './hosts.ts'

const script = fileURLToPath(new URL('fixtures/uploads.mjs', import.meta.url))
const file = `--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${'x'.repeat(100_000)}\r\n--b--\r\n`

describeVariants('the temporary folder of uploads', (variant) => {
  let parent: string
  const children: ChildProcess[] = []

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'bolt-uploads-test-'))
  })
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    rmSync(parent, { recursive: true })
  })

  const start = async (): Promise<{ child: ChildProcess; port: number }> => {
    const child = fork(script, { env: { ...envOf(variant), UPLOADS: parent } })
    children.push(child)
    const [port] = (await once(child, 'message')) as [number]
    return { child, port }
  }
  /** Leaves a request with a file on the disk in its handler. */
  const upload = async (port: number, path: string): Promise<void> => {
    const socket = await open(port)
    socket.on('error', () => undefined)
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${file.length}\r\n\r\n${file}`,
    )
  }

  it('is gone when the process exits in a handler', async () => {
    const { child, port } = await start()
    await upload(port, '/exit')
    expect(await once(child, 'exit')).toEqual([7, null])
    expect(readdirSync(parent)).toEqual([])
  })

  it('is removed at the next start after a process was killed, and only that of such a process', async () => {
    const first = await start()
    await upload(first.port, '/wait')
    await vi.waitFor(() => expect(readdirSync(parent)).toHaveLength(1))
    const [killed = ''] = readdirSync(parent)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')

    const living = killed.replace(String(first.child.pid), String(process.pid))
    const others = killed.replace(/^bolt-uploads-./, (text) => `${text.slice(0, -1)}g`)
    for (const name of [living, others, 'bolt-uploads-1-x']) mkdirSync(join(parent, name))
    mkdirSync(join(parent, 'kept'))
    writeFileSync(join(parent, 'kept', 'file'), '')
    const link = killed.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x'))
    symlinkSync(join(parent, 'kept'), join(parent, link))

    await start()
    await vi.waitFor(() => expect(readdirSync(parent)).not.toContain(killed))
    expect(readdirSync(parent).sort()).toEqual([living, others, 'bolt-uploads-1-x', 'kept', link].sort())
    expect(readdirSync(join(parent, 'kept'))).toEqual(['file'])
  })
})
