import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createLog } from './log.ts'

describe('log lines', () => {
  it('leave out passwords, tokens and cookies, and say which request they are of', () => {
    const lines = new PassThrough()
    const log = createLog({ NODE_ENV: 'production', LOG_LEVEL: 'info' }, lines)
    log
      .child({ requestId: 'r1' })
      .info({ password: 'p1', user: { token: 't1' }, request: { headers: { cookie: 'c1' } } })
    const line = String(lines.read())
    expect(line).toContain('"requestId":"r1"')
    for (const secret of ['p1', 't1', 'c1']) expect(line).not.toContain(`"${secret}"`)
  })
})
