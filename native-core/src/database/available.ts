import { openNative } from '../host.ts'

/** Whether `native()` can be used in this process: it needs the native engine, which is missing where the fallback serves. */
export function hasNative(): boolean {
  return openNative().binding !== undefined
}
