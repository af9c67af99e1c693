import type { OnEvent } from './binding.d.ts'
import type { Runtime } from './request-context.ts'

/** Makes the function that the host tells what happens to requests. */
export function createOnEvent({ controllers, incoming, outgoing }: Runtime): OnEvent {
  return (handle, kind) => {
    if (kind === 1) return incoming.get(handle)?.readable()
    if (kind === 2) return outgoing.get(handle)?.drained()
    const controller = controllers.get(handle)
    controllers.delete(handle)
    controller?.abort()
    incoming.get(handle)?.abort()
    outgoing.get(handle)?.abort()
  }
}
