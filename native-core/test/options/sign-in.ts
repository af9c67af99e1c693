import { firstOf, requires } from '@bolt-app/core'
import { key, type Mistake, secret, token } from './mistake.ts'

/** Mistakes in tokens, guards and who is asked. */
export const signInMistakes: Mistake[] = [
  [
    'an algorithm that does not exist',
    () => token({ algorithms: ['none'], secret }),
    'invalid-option',
    /'algorithms' is \["none"\]/,
    /"HS256"/,
  ],
  ['no algorithm', () => token({ algorithms: [], secret }), 'invalid-option', /'algorithms' is \[\]/, /at least 1/],
  [
    'no key',
    () => token({ algorithms: ['HS256'], secret: undefined }),
    'invalid-option',
    /no key/,
    /environment variable/,
  ],
  [
    'two keys',
    () => token({ algorithms: ['HS256'], secret, publicKey: key }),
    'invalid-option',
    /several keys: secret, publicKey/,
    /exactly one/,
  ],
  ['a short secret', () => token({ algorithms: ['HS256'], secret: 'short' }), 'invalid-option', /has 5 bytes/, /32/],
  [
    'a secret for a public-key algorithm',
    () => token({ algorithms: ['RS256'], secret }),
    'invalid-option',
    /cannot be checked with a secret/,
    /publicKey/,
  ],
  [
    'a public key for a secret algorithm',
    () => token({ algorithms: ['HS256'], publicKey: key }),
    'invalid-option',
    /HS256 with publicKey/,
    /mixed/,
  ],
  [
    'mixed families',
    () => token({ algorithms: ['HS256', 'RS256'], secret }),
    'invalid-option',
    /HS256, RS256 with secret/,
    /mixed/,
  ],
  [
    'a private key as a public one',
    () => token({ algorithms: ['RS256'], publicKey: { ...key, d: 'x' } }),
    'invalid-option',
    /private/,
    /public half/,
  ],
  [
    'a key set over plain HTTP',
    () => token({ algorithms: ['RS256'], jwksUrl: 'http://id.example/keys' }),
    'invalid-option',
    /jwksUrl/,
    /https/,
  ],
  [
    'an unknown token option',
    () => token({ algorithms: ['HS256'], secret, isuer: 'x' }),
    'invalid-option',
    /unknown option 'isuer'/,
    /issuer/,
  ],
  ['a guard on nothing', () => requires({}), 'invalid-option', /names no claim/, /role/],
  [
    'a guard on an object',
    () => requires({ a: {} as string }),
    'invalid-option',
    /claim 'a' is compared with/,
    /string, number or boolean/,
  ],
  ['nothing to choose from', () => firstOf(), 'invalid-option', /no arguments/, /at least one/],
]
