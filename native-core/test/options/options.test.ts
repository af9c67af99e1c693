import { BoltError, createApp, requires } from '@bolt-app/core'
import { describe, expect, it } from 'vitest'
import { applicationMistakes } from './application.ts'
import { formMistakes } from './forms.ts'
import { handler, token } from './mistake.ts'
import { routeMistakes } from './routes.ts'
import { signInMistakes } from './sign-in.ts'

describe('refuses at once', () => {
  it.each([...applicationMistakes, ...routeMistakes, ...formMistakes, ...signInMistakes])(
    '%s',
    (_title, act, code, message, hint) => {
      let thrown: unknown
      try {
        act()
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(BoltError)
      const error = thrown as BoltError
      expect(error.code).toBe(code)
      expect(error.message).toMatch(message)
      expect(error.hint).toMatch(hint)
    },
  )

  it('never shows a secret', () => {
    for (const options of [
      { algorithms: ['RS256'], secret: 'top-secret-top-secret-top-secret' },
      { algorithms: ['HS256'], secret: 'top-secret' },
      { algorithms: 'HS256', secret: 'top-secret' },
    ]) {
      expect(() => token(options)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('top-secret') }),
      )
    }
  })
})

describe('refuses at the start', () => {
  it('two routes for one path, whatever their parameters are called', () => {
    const twice = createApp()
    twice.get('/notes/:id', handler)
    twice.get('/notes/:key', handler)
    expect(() => twice.stats()).toThrow(
      expect.objectContaining({ code: 'duplicate-route', message: expect.stringContaining('GET /notes/:key') }),
    )
  })

  it('a guard without anybody signed in', () => {
    const open = createApp()
    open.get('/x', { guard: requires({ role: 'admin' }) }, handler)
    expect(() => open.stats()).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        message: expect.stringContaining('GET /x: guard without auth'),
      }),
    )
  })

  it('two operations of one name', () => {
    const same = createApp({ openapi: { title: 'a', version: '1' } })
    same.get('/x', { operationId: 'op' }, handler)
    same.get('/y', { operationId: 'op' }, handler)
    expect(() => same.openapi()).toThrow(
      expect.objectContaining({ message: expect.stringContaining("operationId 'op' is taken") }),
    )
  })
})

it.each([
  [{ workers: 0 }, /option 'workers' is 0/],
  [{ workers: 'all' }, /option 'workers' is "all"/],
  [{ workers: {} }, /workers: option 'count' is missing/],
  [{ workers: { count: 2, maxRSS: 1 } }, /unknown option 'maxRSS'.*\n.*did you mean 'maxRss'/],
  [{ workers: { count: 2, maxAge: 0.5 } }, /option 'maxAge' is 0.5/],
])('refuses to listen with %j', async (options, message) => {
  await expect(createApp().listen(options as never)).rejects.toThrow(message)
})
