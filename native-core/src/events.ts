import type { Handle, OnEvent } from './binding.d.ts'
import type { Runtime } from './request-context.ts'

/** Makes the function that the host tells what happens to requests. */
export function createOnEvent(runtime: Runtime): OnEvent {
  const { incoming, outgoing } = runtime
  return (handle, kind) => {
    if (kind === 1) incoming.get(handle)?.readable()
    else if (kind === 2) outgoing.get(handle)?.drained()
    else abortRequest(runtime, handle)
  }
}

/** Tells all who work for a request that it is over; also called by who finds that out before the host has told. */
export function abortRequest({ controllers, incoming, outgoing }: Runtime, handle: Handle): void {
  const controller = controllers.get(handle)
  controllers.delete(handle)
  controller?.abort()
  incoming.get(handle)?.abort()
  outgoing.get(handle)?.abort()
}
