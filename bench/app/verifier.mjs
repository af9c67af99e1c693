/** How the peers verify tokens: by the quickest verifier for Node, which remembers the good ones as ours does, by the whole token. */
import { createVerifier } from 'fast-jwt'
import { secret } from './token.mjs'

/** Tokens that are remembered; ours keeps between one and two thousand. */
const REMEMBERED = 2000

/** The claims of a token; throws for one that is not good. */
export const verify = createVerifier({
  key: secret,
  algorithms: ['HS256'],
  cache: REMEMBERED,
  cacheKeyBuilder: (token) => token,
})
