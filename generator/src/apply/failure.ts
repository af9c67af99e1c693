/** Turns what the operating system or an abort says into one clear error. */
import { BoltError } from '../errors.ts'

/** The failure of an apply that was taken back completely. */
export function applyFailure(error: unknown): BoltError {
  if (error instanceof BoltError) return error
  const { name, code, path, message } = error as NodeJS.ErrnoException
  if (name === 'AbortError')
    return new BoltError('cancelled', { message: 'Cancelled; nothing was changed', cause: error })
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new BoltError('disk-full', {
      message: 'The disk is full; nothing was changed',
      why: path === undefined ? message : `There was no room left for ${path}`,
      hint: 'Make room and run the command again',
      cause: error,
    })
  return new BoltError('write-failed', {
    message: 'A file could not be written; nothing was changed',
    why: message,
    hint: 'Check that the folder and its files may be written, and run the command again',
    cause: error,
  })
}
