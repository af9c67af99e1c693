import { describe, expect, it } from 'vitest'
import { settings } from '#test/settings'
import { parseEnv } from './env.ts'
import { withSecrets } from './env-file.ts'

describe('settings', () => {
  it('are complete with what is required', () => {
    expect(parseEnv(settings)).toMatchObject({ NODE_ENV: 'test', PORT: 3000 })
  })

  it('name everything that is wrong at once', () => {
    expect(() => parseEnv({ ...settings, PORT: 'http', LOG_LEVEL: 'loud' })).toThrow(/PORT.*\n.*LOG_LEVEL/)
  })

  it('can be asked for in part', () => {
    expect(parseEnv({ PORT: '80' }, 'PORT')).toEqual({ PORT: 80 })
  })
})

describe('the first .env', () => {
  it('has a fresh value for each empty secret and keeps the rest', () => {
    const example = '# Port\nPORT=3000\n\n# Secret\nSECRET=\n'
    const first = withSecrets(example)
    expect(first).toMatch(/^PORT=3000$/m)
    expect(first).toMatch(/^SECRET=[\w-]{43}$/m)
    expect(withSecrets(example)).not.toBe(first)
  })
})
