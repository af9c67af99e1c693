/** Ajv as the Node peers without a validator of their own use it, and the 4xx bodies that they answer with. */
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import { noteSchema } from './note.mjs'

const ajv = new Ajv({ allErrors: true })
addFormats(ajv)

/** Returns true, or false with `isNote.errors` set. */
export const isNote = ajv.compile(noteSchema)

export const unauthorized = JSON.stringify({
  type: 'about:blank',
  title: 'Unauthorized',
  status: 401,
  code: 'unauthorized',
})
export const notFound = JSON.stringify({ type: 'about:blank', title: 'Not Found', status: 404, code: 'not-found' })

export const tooMany = JSON.stringify({
  type: 'about:blank',
  title: 'Too Many Requests',
  status: 429,
  code: 'rate-limited',
})

/** The problem document of a 422, all violations at once. */
export function invalid(errors) {
  return {
    type: 'about:blank',
    title: 'Unprocessable Content',
    status: 422,
    code: 'validation-failed',
    errors: errors.map((error) => ({
      in: 'body',
      path: error.instancePath,
      code: error.keyword,
      message: error.message,
    })),
  }
}
