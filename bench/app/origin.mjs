/** The cross-origin scenario: who may ask, and the headers of an answer to them. */
export const origin = 'https://app.example'

export const corsHeaders = {
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
  vary: 'Origin',
}
